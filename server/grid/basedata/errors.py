"""What base data refuses, in codes."""

from server.kernel.errors import BadInput, CityError


class BaseConflict(CityError):
    """Somebody else changed a fact after the version that was seen; `fields` are names with commas between,
    `by` and `at` who did it and when, `now` the version to answer."""

    code = "BASEDATA_CONFLICT"


class NoSuchFact(BadInput):
    """Records of this kind have no such fact."""

    code = "NO_SUCH_FACT"


class BadIdNumber(BadInput):
    """Not an identity number, or one with a wrong check character."""

    code = "BAD_ID_NUMBER"


class BadUscc(BadInput):
    """Not a unified social credit code, or one with a wrong check character."""

    code = "BAD_USCC"


class BadIdentifier(BadInput):
    """Not the 17 digits of a component of this district."""

    code = "BAD_IDENTIFIER"


class BadFact(BadInput):
    """A date that is none, a number out of range, a choice there is not."""

    code = "BAD_FACT"


class NeedsParent(BadInput):
    """A room stands in a building, a person lives in a room."""

    code = "NEEDS_PARENT"


class NotOnTheMap(CityError):
    """People are never on a map; a room is where its building is."""

    code = "NOT_ON_THE_MAP"


class OutsideItsCell(BadInput):
    """The place lies in another cell than the record."""

    code = "OUTSIDE_ITS_CELL"


class RecordEnded(CityError):
    """The record is history; nothing is changed in it any more."""

    code = "RECORD_ENDED"


class StillInhabited(CityError):
    """Records still stand in this one; they are ended first."""

    code = "STILL_INHABITED"


class NotAnInspector(CityError):
    """网格员 observe and report; an inspection is for people with an enforcement certificate."""

    code = "NOT_AN_INSPECTOR"


class RevealedEnough(CityError):
    """So much was read in clear today that somebody should ask why."""

    code = "REVEALED_ENOUGH"
