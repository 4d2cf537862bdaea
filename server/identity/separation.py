"""Separation of duties (domain H3): posts one person may never hold together, and deeds one person may never
do to the same subject. Guards that need a row's facts stand in the rules of that feature."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Post

ADMINS = frozenset({Post.ADMIN_SYS, Post.ADMIN_SEC, Post.ADMIN_AUDIT})
BUSINESS = frozenset(Post) - ADMINS - {Post.SYSTEM}
CLOSERS = DISPATCHERS | {Post.ARBITER}


@dataclass(frozen=True, slots=True)
class Wall:
    """Nobody stands on both sides."""

    one: frozenset[Post]
    other: frozenset[Post]
    why: str


def _between(*posts: Post, why: str) -> list[Wall]:
    return [Wall(frozenset({a}), frozenset({b}), why) for a, b in combinations(posts, 2)]


WALLS: tuple[Wall, ...] = (
    Wall(ADMINS, BUSINESS, "admin roles exclude business roles"),
    *_between(Post.ADMIN_SYS, Post.ADMIN_SEC, Post.ADMIN_AUDIT, why="three administrators are three people"),
    Wall(frozenset({Post.SYSTEM}), frozenset(Post) - {Post.SYSTEM}, "no person is the system"),
    Wall(frozenset({Post.CITIZEN}), frozenset(Post) - {Post.CITIZEN}, "staff report as citizens elsewhere"),
    Wall(frozenset({Post.LEADER}), BUSINESS - {Post.LEADER}, "leaders cannot edit facts or close"),
    Wall(UNIT_POSTS, CLOSERS, "unit ≠ closer"),
    Wall(UNIT_POSTS, frozenset({Post.GRID_OFFICER}), "reporter ≠ handler's unit for check"),
    *_between(Post.WINDOW_CLERK, Post.APPROVER, Post.ISSUING_CLERK, why="intake ≠ approver ≠ issuing"),
    *_between(Post.ENFORCEMENT_OFFICER, Post.LEGAL_REVIEWER, why="investigator ≠ legal reviewer"),
    *_between(Post.ENF_LEADER, Post.LEGAL_REVIEWER, why="investigator ≠ legal reviewer"),
)


def conflicts(one: Post, other: Post) -> Wall | None:
    """The wall between two posts, if there is one. A post never conflicts with itself."""
    for wall in WALLS:
        if (one in wall.one and other in wall.other) or (one in wall.other and other in wall.one):
            return wall
    return None


class Deed(StrEnum):
    """What somebody did to a subject, as far as it bars him from doing something else to it."""

    REPORT = "report"
    HANDLE = "handle"
    CONFIRM = "confirm"
    CHECK = "check"
    CLOSE = "close"
    INTAKE = "intake"
    APPROVE = "approve"
    ISSUE = "issue"
    INVESTIGATE = "investigate"
    LEGAL_REVIEW = "legal_review"
    HEAR = "hear"
    PENALISE = "penalise"


def _pairs(*deeds: Deed) -> set[frozenset[Deed]]:
    return {frozenset(pair) for pair in combinations(deeds, 2)}


FORBIDDEN: frozenset[frozenset[Deed]] = frozenset(
    _pairs(Deed.HANDLE, Deed.CONFIRM)               # waivable for a small unit: Unit.waives_confirm
    | _pairs(Deed.HANDLE, Deed.CHECK)
    | _pairs(Deed.HANDLE, Deed.CLOSE)
    | _pairs(Deed.INTAKE, Deed.APPROVE, Deed.ISSUE)
    | _pairs(Deed.INVESTIGATE, Deed.LEGAL_REVIEW, Deed.HEAR)
    | _pairs(Deed.APPROVE, Deed.PENALISE)           # the same company within twelve months
)  # fmt: skip


def same_person_forbidden(one: Deed, other: Deed) -> bool:
    """True when whoever did `one` to a subject may not do `other` to it."""
    return frozenset({one, other}) in FORBIDDEN
