"""Every SELECT on ties. Each starts at the actor: whoever helps, or is helped."""

from typing import Any, cast

from sqlalchemy import or_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.identity.family.tables import FamilyTie
from server.identity.tables import Account
from server.kernel.actors import Actor


def visible_to(actor: Actor) -> SelectOfScalar[FamilyTie]:
    """The ties of this person that have not ended, on either side, the oldest first."""
    mine = or_(col(FamilyTie.owner_id) == actor.id, col(FamilyTie.helper_id) == actor.id)
    return (
        select(FamilyTie).where(mine, col(FamilyTie.ended_at).is_(None))
        .order_by(col(FamilyTie.began_at), col(FamilyTie.id))
    )  # fmt: skip


def others(actor: Actor) -> Any:
    """Those ties, each with the phone of the other person, sealed."""
    other = or_(
        (col(FamilyTie.owner_id) == actor.id) & (col(Account.id) == col(FamilyTie.helper_id)),
        (col(FamilyTie.helper_id) == actor.id) & (col(Account.id) == col(FamilyTie.owner_id)),
    )
    rows: Any = columns(cast(Any, FamilyTie), col(Account.id), col(Account.phone_sealed))
    live = col(FamilyTie.ended_at).is_(None)
    return rows.join(Account, other).where(live).order_by(col(FamilyTie.began_at), col(FamilyTie.id))


def helpers_of(owner_id: str) -> SelectOfScalar[str]:
    """Who helps a person now."""
    return select(FamilyTie.helper_id).where(
        col(FamilyTie.owner_id) == owner_id, col(FamilyTie.ended_at).is_(None)
    )


def owners_of(helper_id: str) -> SelectOfScalar[str]:
    """Whom a person helps now."""
    return select(FamilyTie.owner_id).where(
        col(FamilyTie.helper_id) == helper_id, col(FamilyTie.ended_at).is_(None)
    )
