"""A code shown, a code entered, a tie ended: each on record, and told to the other one."""

from datetime import datetime
from uuid import uuid4

from sqlmodel import col, delete, select

from server.identity import accounts
from server.identity import rules as door
from server.identity.family import errors, queries, rules
from server.identity.family.tables import FamilyCode, FamilyTie
from server.kernel.errors import NotFound
from server.platform.vault import Vault
from server.platform.work import Work

KIND = "family"


async def show_code(work: Work) -> tuple[str, datetime]:
    """Six digits for whoever is to help, and when they end; the ones shown before count no more.

    Raises PhoneNeeded, FamilyFull.
    """
    rules.needs_phone(work.actor)
    rules.needs_room(len((await work.session.exec(queries.helpers_of(work.actor.id))).all()))
    code = door.one_time_code()
    await work.session.merge(FamilyCode(
        owner_id=work.actor.id, code_key=_key(work, code), expires_at=work.now + rules.CODE_LIFE
    ))  # fmt: skip
    return code, work.now + rules.CODE_LIFE


async def join(work: Work, code: str) -> FamilyTie:
    """Help whoever shows this code. Raises PhoneNeeded, FamilyCodeWrong, FamilyKnown, FamilyFull."""
    rules.needs_phone(work.actor)
    shown = select(FamilyCode).where(
        FamilyCode.code_key == _key(work, code), col(FamilyCode.expires_at) > work.now
    )
    found = (await work.session.exec(shown.with_for_update())).first()
    if found is None:
        raise errors.FamilyCodeWrong(field="code")
    helpers = set((await work.session.exec(queries.helpers_of(found.owner_id))).all())
    owners = (await work.session.exec(queries.owners_of(work.actor.id))).all()
    rules.needs_stranger(work.actor, found.owner_id, helpers)
    rules.needs_room(len(helpers), len(owners))
    tie = FamilyTie(
        id=str(uuid4()), owner_id=found.owner_id, helper_id=work.actor.id, began_at=work.now
    )  # fmt: skip
    await work.session.delete(found)
    work.session.add(tie)
    await _settle(work, tie, "begin")
    return tie


async def end(work: Work, id: str) -> FamilyTie:
    """Either of the two ends it, now. Raises NotFound."""
    tie = (await work.session.exec(queries.visible_to(work.actor).where(FamilyTie.id == id))).first()
    if tie is None:
        raise NotFound(subject=id)
    tie.ended_at, tie.ended_by = work.now, work.actor.id
    await _settle(work, tie, "end")
    return tie


async def end_all(work: Work) -> None:
    """The actor leaves: nobody helps him any more, and he helps nobody."""
    await work.session.exec(delete(FamilyCode).where(col(FamilyCode.owner_id) == work.actor.id))
    for tie in (await work.session.exec(queries.visible_to(work.actor))).all():
        await end(work, tie.id)


async def _settle(work: Work, tie: FamilyTie, verb: str) -> None:
    """The helper's account says whom he helps; both hear of it."""
    await work.session.flush()
    owners = (await work.session.exec(queries.owners_of(tie.helper_id))).all()
    await accounts.set_wards(work, tie.helper_id, owners)
    work.record(
        f"{KIND}.{verb}", KIND, tie.id, area=work.office.settings.district,
        detail={"owner": tie.owner_id, "helper": tie.helper_id},
        touches=[f"person:{tie.owner_id}", f"person:{tie.helper_id}"],
    )  # fmt: skip


def _key(work: Work, code: str) -> str:
    return work.office.of(Vault).lookup(f"family/{code.strip()}")
