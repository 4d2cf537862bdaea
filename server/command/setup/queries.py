"""Every SELECT on editions that starts from a person."""

from collections.abc import Iterable

from sqlmodel import col, false, func, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.setup.rules import may_read
from server.kernel.actors import Actor
from server.platform.editions import Edition, EditionState

SHOWN = (
    "kind",
    "no",
    "state",
    "note",
    "report",
    "proposed_by",
    "proposed_at",
    "published_by",
    "published_at",
)


def visible_to(actor: Actor) -> SelectOfScalar[Edition]:
    """Administrators and auditors see every edition, others none."""
    rows = select(Edition)
    return rows if may_read(actor) else rows.where(false())


def of_kind(actor: Actor, kind: str, first: int, before: int | None) -> SelectOfScalar[Edition]:
    """The newest of a kind, `first` and one more, those older than `before`."""
    rows = visible_to(actor).where(Edition.kind == kind)
    if before is not None:
        rows = rows.where(Edition.no < before)
    return rows.order_by(col(Edition.no).desc()).limit(first + 1)


def one(actor: Actor, kind: str, no: int) -> SelectOfScalar[Edition]:
    """One edition, if this person may see it."""
    return visible_to(actor).where(Edition.kind == kind, Edition.no == no)


def in_force(kinds: Iterable[str]) -> SelectOfScalar[tuple[str, int]]:
    """Kind and number of what holds; what ships holds where a kind is missing."""
    newest = select(Edition.kind, func.max(Edition.no)).where(Edition.state == EditionState.PUBLISHED)
    return newest.where(col(Edition.kind).in_(list(kinds))).group_by(col(Edition.kind))  # type: ignore[return-value]


def waiting(kinds: Iterable[str]) -> SelectOfScalar[tuple[str, int]]:
    """Kind and how many proposals nobody has decided on."""
    rows = select(Edition.kind, func.count()).where(Edition.state == EditionState.PROPOSED)
    return rows.where(col(Edition.kind).in_(list(kinds))).group_by(col(Edition.kind))  # type: ignore[return-value]
