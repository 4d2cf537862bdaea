"""Refusals of the request flow; shared/i18n holds the sentences."""

from server.kernel.errors import CityError


class UrgedAlready(CityError):
    """Urging works once in 24 hours; `again` is the hours left."""

    code = "URGED_ALREADY"


class TooManyReports(CityError):
    """More reports from one device than a person makes; `minutes` until the next."""

    code = "TOO_MANY_REPORTS"


class RidesOnOrder(CityError):
    """A work order carries this request: take the order's steps."""

    code = "RIDES_ON_ORDER"


class AnothersRequest(CityError):
    """Another unit has it in hand."""

    code = "ANOTHERS_REQUEST"


class NotAnsweredDirectly(CityError):
    """Only questions and praise are answered at the desk."""

    code = "NOT_ANSWERED_DIRECTLY"


class HeadNeeded(CityError):
    """Asked again, it is the head's to answer."""

    code = "HEAD_NEEDED"


class BasisNeeded(CityError):
    """A return names the clause it rests on."""

    code = "REASON_NEEDED"


class ReturnOver(CityError):
    """The working day in which a request may be returned is over."""

    code = "RETURN_OVER"


class ExtendedAlready(CityError):
    """A request is extended once."""

    code = "EXTENDED_ALREADY"


class ExtensionTooLong(CityError):
    """No longer than the first limit: `limit` days."""

    code = "EXTENSION_TOO_LONG"


class OwnReply(CityError):
    """Whoever wrote the reply does not let it out."""

    code = "OWN_REPLY"


class NoDraft(CityError):
    """There is no draft to stand for."""

    code = "NO_DRAFT"


class PartyUnknown(CityError):
    """Find out first whom he complains about."""

    code = "PARTY_UNKNOWN"


class VerdictNeeded(CityError):
    """A suggestion is adopted, partly adopted or not."""

    code = "VERDICT_NEEDED"


class AnswerNotTicked(CityError):
    """The auditor has to say that the reply answers what was asked."""

    code = "ANSWER_NOT_TICKED"


class PersonalData(CityError):
    """The words hold a phone, identity or plate number; `kind` says which."""

    code = "PERSONAL_DATA"


class OrdersOpen(CityError):
    """An order it made is still open: wait for it, or answer in part with a plan."""

    code = "ORDERS_OPEN"


class RatingFixed(CityError):
    """The seven days in which a rating may be changed are over."""

    code = "RATING_FIXED"


class VisitDone(CityError):
    """Somebody has finished this return visit."""

    code = "VISIT_DONE"


class NotReopenable(CityError):
    """Reopened twice already, or too long ago."""

    code = "NOT_REOPENABLE"
