"""Who is asking: the smallest vocabulary, spoken in every room."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Which app a person uses; it picks the GraphQL schema."""

    LEADER = "leader"
    OFFICER = "officer"
    CITIZEN = "citizen"


LEADER, OFFICER, CITIZEN = Role
EVERYONE = frozenset(Role)
STAFF = frozenset({LEADER, OFFICER})


class Post(StrEnum):
    """Which job a person holds; it decides what they may do (domain H1)."""

    CITIZEN = "citizen"
    GRID_OFFICER = "grid_officer"
    STREET_DISPATCHER = "street_dispatcher"
    DISTRICT_DISPATCHER = "district_dispatcher"
    ARBITER = "arbiter"
    HANDLER = "handler"
    UNIT_HEAD = "unit_head"
    WINDOW_CLERK = "window_clerk"
    ISSUING_CLERK = "issuing_clerk"
    APPROVER = "approver"
    ENFORCEMENT_OFFICER = "enforcement_officer"
    ENF_LEADER = "enf_leader"
    LEGAL_REVIEWER = "legal_reviewer"
    DATA_STEWARD = "data_steward"
    LEADER = "leader"
    ADMIN_SYS = "admin_sys"
    ADMIN_SEC = "admin_sec"
    ADMIN_AUDIT = "admin_audit"
    SYSTEM = "system"


DISPATCHERS = frozenset({Post.STREET_DISPATCHER, Post.DISTRICT_DISPATCHER})
UNIT_POSTS = frozenset({Post.HANDLER, Post.UNIT_HEAD})


@dataclass(frozen=True, slots=True)
class Actor:
    """One person in one post, as the account says now (never as the token claims)."""

    id: str
    role: Role
    post: Post
    area: str = ""  # area-code prefix of the scope: 440103, 440103006, …
    unit_id: str = ""  # the department, for handlers and unit heads
    cells: frozenset[str] = frozenset()  # grid cells on today's roster (15 digits)
    expires_at: float = float("inf")  # Unix seconds, the token's `exp`
    session_id: str = ""  # the token family, for revocation
    guest: bool = False  # a citizen known only by device
    wards: frozenset[str] = frozenset()  # the people a citizen files and follows cases for
    deputy_of: str = ""  # the leader this one stands in for, as long as he works in that post


SYSTEM = Actor(id="system", role=OFFICER, post=Post.SYSTEM, area="")
