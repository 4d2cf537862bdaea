"""Refusals of the request flow; shared/i18n holds the sentences."""

from server.kernel.errors import CityError


class UrgedAlready(CityError):
    """Urging works once in 24 hours; `again` is the hours left."""

    code = "URGED_ALREADY"


class TooManyReports(CityError):
    """More reports from one device than a person makes; `minutes` until the next."""

    code = "TOO_MANY_REPORTS"
