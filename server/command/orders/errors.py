"""Refusals of the order flow. Each names the guard that did not hold; shared/i18n holds the sentences."""

from server.kernel.errors import CityError


class NothingReported(CityError):
    """Neither a photo nor a sentence."""

    code = "NOTHING_REPORTED"


class PlaceNeeded(CityError):
    """An order is filed for a place; this one has none yet."""

    code = "PLACE_NEEDED"


class NotAGridMatter(CityError):
    """The matter is not approved into the grid (domain A7)."""

    code = "NOT_A_GRID_MATTER"


class UnderControl(CityError):
    """In this area, at this hour, officers do not report the matter; `reason` says why."""

    code = "UNDER_CONTROL"


class RuleNotOfMatter(CityError):
    """The filing rule belongs to another matter."""

    code = "RULE_NOT_OF_MATTER"


class UnitNotInMatrix(CityError):
    """The responsibility matrix does not name this unit; an override reason is needed."""

    code = "UNIT_NOT_IN_MATRIX"


class NotYourUnit(CityError):
    """The order was sent to another unit."""

    code = "NOT_YOUR_UNIT"


class ReasonNeeded(CityError):
    """This step needs words: they are kept in the flow record."""

    code = "REASON_NEEDED"


class AfterPhotoNeeded(CityError):
    """A result is shown, not claimed: at least one photo taken afterwards."""

    code = "AFTER_PHOTO_NEEDED"


class PhotoFar(CityError):
    """By its own word a photo was taken elsewhere; whoever hands it in says that it is right."""

    code = "PHOTO_FAR"


class PhotoOld(CityError):
    """By its own word a photo is older than the report; whoever hands it in says that it is right."""

    code = "PHOTO_OLD"


class CheckPhotoNeeded(CityError):
    """A check is done on the spot, with a photo."""

    code = "CHECK_PHOTO_NEEDED"


class TooFar(CityError):
    """Further than the allowed distance from the place of the case."""

    code = "TOO_FAR"


class NotAssigned(CityError):
    """The task is another officer's."""

    code = "NOT_ASSIGNED"


class OwnWork(CityError):
    """Nobody checks or closes his own work (domain H3)."""

    code = "OWN_WORK"


class NoOfficer(CityError):
    """No grid officer who may do it is on the roster."""

    code = "NO_OFFICER"


class RuledOn(CityError):
    """An arbiter ruled on this case as what it is."""

    code = "RULED_ON"


class CheckedAlready(CityError):
    """It was checked, sent back or reopened: its matter and place stay."""

    code = "CHECKED_ALREADY"


class NothingChanged(CityError):
    """Matter, filing rule and place are what they were."""

    code = "NOTHING_CHANGED"


class ReturnTooLate(CityError):
    """A unit may return within half of its limit and before the deadline."""

    code = "RETURN_TOO_LATE"


class ConditionNotMet(CityError):
    """The close condition has to be confirmed."""

    code = "CONDITION_NOT_MET"


class NotTheSameCase(CityError):
    """Only an open case of the same kind, near in place and time, can be the master."""

    code = "NOT_THE_SAME_CASE"


class NotReturnedTwice(CityError):
    """Arbitration needs two units' returns, or two by one unit."""

    code = "NOT_RETURNED_TWICE"


class LimitReached(CityError):
    """No further extension, suspension, reopening or appeal is granted."""

    code = "LIMIT_REACHED"


class ApplicationPending(CityError):
    """Something is asked about the case already; it is decided first."""

    code = "APPLICATION_PENDING"


class NothingAsked(CityError):
    """Nothing of the kind waits to be decided."""

    code = "NOTHING_ASKED"


class SecondPersonNeeded(CityError):
    """Whoever asked or spoke first does not decide."""

    code = "SECOND_PERSON_NEEDED"


class RulingBinds(CityError):
    """The case was ruled to be this unit's: it cannot be returned any more."""

    code = "RULING_BINDS"


class AssignedInside(CityError):
    """Inside the unit it is still somebody's: that is taken back first."""

    code = "ASSIGNED_INSIDE"


class NotOfTheUnit(CityError):
    """A case is given to somebody of the own unit."""

    code = "NOT_OF_THE_UNIT"


class TooLateToExtend(CityError):
    """The limit is over already."""

    code = "TOO_LATE_TO_EXTEND"


class BadEndDate(CityError):
    """A suspension ends on a day after today, within a year."""

    code = "BAD_END_DATE"


class AppealTooLate(CityError):
    """An appeal comes within five working days of the close."""

    code = "APPEAL_TOO_LATE"


class CountTooLate(CityError):
    """That a case counts is disputed within 30 days of the close."""

    code = "COUNT_TOO_LATE"


class CheckNotWaivable(CityError):
    """Dangerous and urgent kinds are always checked."""

    code = "CHECK_NOT_WAIVABLE"


class NotAnotherUnit(CityError):
    """Invited is another unit that exists."""

    code = "NOT_ANOTHER_UNIT"


class InvitedAlready(CityError):
    """That unit takes part already."""

    code = "INVITED_ALREADY"


class NotInvited(CityError):
    """The unit has no open share in the case."""

    code = "NOT_INVITED"


class NotACandidate(CityError):
    """Whoever is mentioned has to be able to see the case."""

    code = "NOT_A_CANDIDATE"


class FromCitizen(CityError):
    """A citizen's case is answered; it is voided only as a duplicate or as false."""

    code = "FROM_CITIZEN"


class PartOfACase(CityError):
    """A part is not split again, and nothing is merged into it: the whole case is meant."""

    code = "PART_OF_A_CASE"


class PartsNeeded(CityError):
    """A case is split into two to six parts."""

    code = "PARTS_NEEDED"


class SameUnitTwice(CityError):
    """Two parts name the same unit: then they are one part."""

    code = "SAME_UNIT_TWICE"


class DecidedApart(CityError):
    """Somebody decided that the two are not the same; that is final."""

    code = "DECIDED_APART"


class MergingAlready(CityError):
    """The other one is just being merged itself: two cases never go into each other."""

    code = "MERGING_ALREADY"


class ComplainedParty(CityError):
    """Whoever is complained about, his unit and his line do not handle the complaint (domain G2)."""

    code = "COMPLAINED_PARTY"
