"""What is refused here."""

from server.kernel.errors import BadInput, CityError


class InspectionBarred(CityError):
    """Grid officers look and report; inspecting an enterprise takes an enforcement certificate.

    `basis` names the document: 国办发〔2024〕54号, 粤府办〔2025〕15号.
    """

    code = "INSPECTION_BARRED"


class OutsideWindow(CityError):
    """A round begins and its points are visited between two times of its day."""

    code = "OUTSIDE_WINDOW"


class NotOnPatrol(CityError):
    """Points are visited on a round that has begun."""

    code = "NOT_ON_PATROL"


class PatrolRunning(CityError):
    """One round at a time."""

    code = "PATROL_RUNNING"


class TooFar(BadInput):
    """Not at the point: it counts with a reason and a photo, and once somebody else has looked at them."""

    code = "TOO_FAR_FROM_POINT"


class PhotoNeeded(BadInput):
    """This point, or a visit away from it, wants a photo."""

    code = "POINT_PHOTO_NEEDED"


class BadPointCode(BadInput):
    """Another code stands at that point."""

    code = "BAD_POINT_CODE"


class PlaceOrCode(BadInput):
    """Either the phone says where it is, or the code of the point is entered."""

    code = "PLACE_OR_CODE"


class TimeAhead(BadInput):
    """The phone says it happened after now: its clock is wrong by more than can be passed over."""

    code = "TIME_AHEAD"


class OffDuty(CityError):
    """Positions are taken on duty only; nothing of this was kept."""

    code = "OFF_DUTY"


class NotReviewable(CityError):
    """Nothing waits to be looked at, or it is one's own."""

    code = "NOT_REVIEWABLE"


class BadPlan(BadInput):
    """A round needs points inside its cells, days, and an end after its beginning."""

    code = "BAD_PATROL_PLAN"
