"""Who may see editions and who may decide them."""

from collections.abc import Sequence
from enum import StrEnum

from server.command.setup import errors
from server.identity.posts import Permission, may
from server.kernel.actors import Actor
from server.kernel.errors import NotAllowed

PROPOSED, PUBLISHED = "proposed", "published"


class EditionAction(StrEnum):
    """What a person may do with an edition: the buttons of the screen."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    GO_BACK = "go_back"  # 回滚: propose its content anew
    EDIT = "edit"  # propose it with one row changed


def may_read(actor: Actor) -> bool:
    """System administrators decide, auditors look on; nobody else."""
    return may(actor.post, Permission.CONFIGURE) or may(actor.post, Permission.READ_LOGS)


def needs_reader(actor: Actor) -> None:
    """Raises NotAllowed."""
    if not may_read(actor):
        raise NotAllowed(action="configure", post=actor.post)


def needs_administrator(actor: Actor) -> None:
    """Raises NotAllowed."""
    if not may(actor.post, Permission.CONFIGURE):
        raise NotAllowed(action="configure", post=actor.post)


def offered(
    *, no: int, state: str, by: str, in_force: int, tabular: bool, actor: Actor
) -> list[EditionAction]:
    """What this person may do with edition `no`; `in_force` is the number that holds."""
    if not may(actor.post, Permission.CONFIGURE):
        return []
    mine, waits = by == actor.id, state == PROPOSED
    fits = {
        EditionAction.PUBLISH: waits and not mine and no > in_force,
        EditionAction.WITHDRAW: waits,
        EditionAction.GO_BACK: state == PUBLISHED and no != in_force,
        EditionAction.EDIT: tabular and (no == in_force or (waits and mine)),
    }
    return [action for action, does in fits.items() if does]


def needs_row_of(columns: Sequence[str], named: Sequence[str]) -> None:
    """An edit names columns of its sheet. Raises UnknownColumn."""
    for name in named:
        if name not in columns:
            raise errors.UnknownColumn(field="cells", column=name)
