"""What each post is for (domain H1): its app, how far it sees, what it may do, the class of data it may read.

Which post takes which step of a flow stands in that flow's table; here stands what holds across all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from server.kernel.actors import CITIZEN, LEADER, OFFICER, Post, Role


class DataClass(IntEnum):
    """How much a datum tells about a person (domain E)."""

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    SENSITIVE = 3


class Scope(StrEnum):
    """Where a post's rows end."""

    OWN = "own"  # what this person filed or takes part in
    CELLS = "cells"  # the grid cells on the roster
    AREA = "area"  # the area code and everything below it
    UNIT = "unit"  # what was sent to the unit
    NONE = "none"  # no business rows at all


class Permission(StrEnum):
    """What a post may do, in the words of domain H1."""

    SUBMIT = "submit"
    RATE = "rate"
    REPORT = "report"
    SELF_HANDLE = "self_handle"
    VERIFY = "verify"
    CHECK = "check"
    PATROL = "patrol"
    COLLECT = "collect"
    ACCEPT = "accept"
    FILE = "file"
    DISPATCH = "dispatch"
    EXTEND = "extend"
    RULE = "rule"
    CLOSE = "close"
    VOID = "void"
    SIGN = "sign"
    HANDLE = "handle"
    RETURN = "return"
    CONFIRM = "confirm"
    RECEIVE = "receive"
    ISSUE = "issue"
    DECIDE = "decide"
    INSPECT = "inspect"
    PENALISE = "penalise"
    APPROVE_ENFORCEMENT = "approve_enforcement"
    LEGAL_REVIEW = "legal_review"
    INSTRUCT = "instruct"
    SUPERVISE = "supervise"
    SHARE = "share"
    CONFIGURE = "configure"
    GRANT = "grant"
    READ_LOGS = "read_logs"


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the table. `unmask`: may ask to read personal data in clear, with a reason."""

    role: Role
    scope: Scope
    ceiling: DataClass
    may: frozenset[Permission]
    unmask: bool = False


def _job(
    role: Role, scope: Scope, ceiling: DataClass, *may: Permission, unmask: bool = False
) -> Job:  # fmt: skip
    return Job(role, scope, ceiling, frozenset(may), unmask)


_P = Permission
_PERSONAL, _SENSITIVE, _INTERNAL, _PUBLIC = (
    DataClass.PERSONAL, DataClass.SENSITIVE, DataClass.INTERNAL, DataClass.PUBLIC
)  # fmt: skip

JOBS: Mapping[Post, Job] = {
    # a citizen's ceiling concerns his own data; of others he sees what is public
    Post.CITIZEN: _job(CITIZEN, Scope.OWN, _SENSITIVE, _P.SUBMIT, _P.RATE),
    Post.GRID_OFFICER: _job(
        OFFICER, Scope.CELLS, _PERSONAL,
        _P.REPORT, _P.SELF_HANDLE, _P.VERIFY, _P.CHECK, _P.PATROL, _P.COLLECT,
    ),
    Post.STREET_DISPATCHER: _job(
        OFFICER, Scope.AREA, _PERSONAL, _P.ACCEPT, _P.FILE, _P.DISPATCH, unmask=True
    ),
    Post.DISTRICT_DISPATCHER: _job(
        OFFICER, Scope.AREA, _PERSONAL,
        _P.ACCEPT, _P.FILE, _P.DISPATCH, _P.EXTEND, _P.CLOSE, _P.VOID, unmask=True,
    ),
    Post.ARBITER: _job(OFFICER, Scope.AREA, _PERSONAL, _P.RULE, _P.EXTEND),
    Post.HANDLER: _job(OFFICER, Scope.UNIT, _PERSONAL, _P.SIGN, _P.HANDLE, _P.RETURN),
    Post.UNIT_HEAD: _job(
        OFFICER, Scope.UNIT, _PERSONAL, _P.SIGN, _P.HANDLE, _P.RETURN, _P.EXTEND, _P.CONFIRM
    ),
    Post.WINDOW_CLERK: _job(OFFICER, Scope.AREA, _PERSONAL, _P.RECEIVE),
    Post.ISSUING_CLERK: _job(OFFICER, Scope.AREA, _PERSONAL, _P.ISSUE),
    Post.APPROVER: _job(OFFICER, Scope.UNIT, _PERSONAL, _P.DECIDE),
    Post.ENFORCEMENT_OFFICER: _job(OFFICER, Scope.OWN, _SENSITIVE, _P.INSPECT, _P.PENALISE),
    Post.ENF_LEADER: _job(OFFICER, Scope.UNIT, _SENSITIVE, _P.APPROVE_ENFORCEMENT),
    Post.LEGAL_REVIEWER: _job(OFFICER, Scope.UNIT, _SENSITIVE, _P.LEGAL_REVIEW),
    Post.DATA_STEWARD: _job(OFFICER, Scope.AREA, _INTERNAL, _P.SHARE),
    Post.LEADER: _job(LEADER, Scope.AREA, _PERSONAL, _P.INSTRUCT, _P.SUPERVISE, unmask=True),
    Post.ADMIN_SYS: _job(OFFICER, Scope.NONE, _PUBLIC, _P.CONFIGURE),
    Post.ADMIN_SEC: _job(OFFICER, Scope.NONE, _PUBLIC, _P.GRANT),
    Post.ADMIN_AUDIT: _job(OFFICER, Scope.NONE, _PUBLIC, _P.READ_LOGS),
    Post.SYSTEM: _job(OFFICER, Scope.NONE, _SENSITIVE),
}  # fmt: skip


def may(post: Post, permission: Permission) -> bool:
    """True when the post's job includes it."""
    return permission in JOBS[post].may


def may_read(post: Post, data: DataClass) -> bool:
    """True when the post's ceiling reaches this class of data."""
    return data <= JOBS[post].ceiling
