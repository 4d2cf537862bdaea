"""Refusals of 帮家人办."""

from server.kernel.errors import CityError


class PhoneNeeded(CityError):
    """Both have to be known by more than a device."""

    code = "PHONE_NEEDED"


class FamilyCodeWrong(CityError):
    """No such code, or its ten minutes are over, or it was used."""

    code = "FAMILY_CODE_WRONG"


class FamilyKnown(CityError):
    """Nobody helps himself, and nobody helps twice."""

    code = "FAMILY_KNOWN"


class FamilyFull(CityError):
    """A person has at most `limit` helpers, and helps at most so many."""

    code = "FAMILY_FULL"
