"""Acts that may be taken back: they happen ten seconds later, and until then nobody else feels them.

A held act is a row, so a restart loses none. It is carried out in the name of the person and at the
time they asked, by the job loop; what it would change is checked when asked and again when released.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select

from server.kernel.actors import Actor, Post, Role
from server.kernel.errors import CityError, NotFound
from server.platform.db import UtcDateTime
from server.platform.work import Office, Work

BATCH = 50
PUT_OFF = timedelta(minutes=1)

log = logging.getLogger(__name__)


class HoldOver(CityError):
    """Too late: the ten seconds are over and the act has happened."""

    code = "HOLD_OVER"


class HeldBySomebody(CityError):
    """Another act on the same subject is waiting for its ten seconds."""

    code = "HELD"


class Hold(SQLModel, table=True):
    """One act waiting to happen. At most one per subject."""

    id: str = Field(primary_key=True)
    subject_kind: str
    subject_id: str = Field(unique=True)
    act: str
    args: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    actor: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    actor_id: str
    area: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime, index=True)


async def hold(
    work: Work, *, id: str, act: str, args: Mapping[str, Any], kind: str, subject_id: str, area: str
) -> Hold:
    """Keep `act` for the settings' seconds. Raises HeldBySomebody when the subject is already held."""
    known = await of(work, subject_id)
    if known is not None:
        if known.id == id:
            return known
        raise HeldBySomebody(action=known.act)
    row = Hold(
        id=id, subject_kind=kind, subject_id=subject_id, act=act, args=dict(args),
        actor=_freeze(work.actor), actor_id=work.actor.id, area=area, asked_at=work.now,
        until=work.now + timedelta(seconds=work.office.settings.hold_seconds),
    )  # fmt: skip
    work.session.add(row)
    work.tell(f"{kind}.held", kind, subject_id, area=area)
    return row


async def of(work: Work, subject_id: str) -> Hold | None:
    """The act that waits on a subject, if any."""
    return (await work.session.exec(select(Hold).where(Hold.subject_id == subject_id))).one_or_none()


async def take_back(work: Work, id: str) -> Hold:
    """Undo before it happens. Raises HoldOver when it already has, NotFound for another's act."""
    row = (await work.session.exec(select(Hold).where(Hold.id == id).with_for_update())).one_or_none()
    if row is None or row.until <= work.now:
        raise HoldOver(subject=id)
    if row.actor_id != work.actor.id:
        raise NotFound(subject=id)
    await work.session.delete(row)
    work.tell(f"{row.subject_kind}.taken_back", row.subject_kind, row.subject_id, area=row.area)
    return row


async def release(office: Office) -> int:
    """Carry out every act whose time has come. Returns how many were.

    An act that is refused by now is dropped, with a line that says so. One that breaks is logged and put
    off for a minute, so that it holds up nobody else's.
    """
    done = 0
    async with office.reading() as session:
        due = (await session.exec(
            select(Hold).where(col(Hold.until) <= office.clock()).order_by(col(Hold.until)).limit(BATCH)
        )).all()  # fmt: skip
    for row in due:
        try:
            async with office.work(_thaw(row.actor), now=row.asked_at) as work:
                mine = await _claimed(work, row.id)
                if mine:
                    await office.acts[row.act](work, row.args)
            done += mine
        except CityError as refusal:
            async with office.work(_thaw(row.actor)) as work:
                if await _claimed(work, row.id):
                    work.record(
                        f"{row.subject_kind}.dropped", row.subject_kind, row.subject_id, area=row.area,
                        detail={"act": row.act, "code": refusal.code},
                    )  # fmt: skip
        except Exception:
            log.exception("held act broke: %s", row.act, extra={"act": row.act})
            async with office.work(_thaw(row.actor)) as work:
                again = await work.session.get(Hold, row.id, with_for_update=True)
                if again is not None:
                    again.until = work.now + PUT_OFF
    return done


async def _claimed(work: Work, id: str) -> bool:
    """Take the row out in this transaction; False when another process has."""
    mine = select(Hold).where(Hold.id == id).with_for_update(skip_locked=True)
    row = (await work.session.exec(mine)).one_or_none()
    if row is None:
        return False
    await work.session.delete(row)
    await work.session.flush()
    return True


def _freeze(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id, "role": actor.role, "post": actor.post, "area": actor.area,
        "unit_id": actor.unit_id, "cells": sorted(actor.cells), "deputy_of": actor.deputy_of,
    }  # fmt: skip


def _thaw(saved: Mapping[str, Any]) -> Actor:
    return Actor(
        id=saved["id"], role=Role(saved["role"]), post=Post(saved["post"]), area=saved["area"],
        unit_id=saved["unit_id"], cells=frozenset(saved["cells"]), deputy_of=saved.get("deputy_of", ""),
    )  # fmt: skip
