"""Sends what the outbox holds. Any number of processes may be at it: no message goes out twice, and what is
told of one matter keeps its order.

A delivery claims rows for a minute, tries them outside any transaction, and writes down what came of it. One
that died is taken up when its minute is over, under the same id, so the provider sees that it knows it.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy import and_, func, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from server.kernel.actors import SYSTEM
from server.kernel.ways import Via
from server.platform import notify
from server.platform.notify import (
    Address,
    Delivery,
    Exchange,
    Message,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    TryAgain,
    backoff,
    sentence,
)
from server.platform.rows import fresh
from server.platform.vault import Vault
from server.platform.watch import watch
from server.platform.words import Words
from server.platform.work import Office, Work

AT_ONCE = 20
LEASE = timedelta(minutes=1)  # longer than any channel tries
MOST_TRIES = 8  # some two hours after the first
STALE = timedelta(days=2)  # what is older helps nobody
KEEP = timedelta(days=30)

counted = watch.counter("sanwei_messages_total", "Messages tried, by what came of it.", label="outcome")


async def deliver(office: Office) -> int:
    """Send what is due. Returns how many messages were tried or folded."""
    folded, lease, now = 0, str(uuid4()), office.clock()  # one instant, so that nothing falls due in between
    while more := await fold(office, now):
        folded += more
    async with office.work(SYSTEM, now=now) as work:
        claimed = await _claim(work, lease)
        where = await _addresses(work, claimed)
    if not claimed:
        return folded
    outcomes = await asyncio.gather(*(_try(office, row, where.get(row.id, "")) for row in claimed))
    async with office.work(SYSTEM) as work:
        for row, outcome in zip(claimed, outcomes, strict=True):
            await _settle(work, row, lease, outcome)
    return folded + len(claimed)


async def _claim(work: Work, lease: str) -> list[Outgoing]:
    """The next due messages, each the first that waits in its line; ours for a minute."""
    before = aliased(Outgoing)
    earlier = (
        select(before.id).where(
            col(before.next_at).is_not(None), before.person_id == Outgoing.person_id,
            before.subject == Outgoing.subject, before.via == Outgoing.via,
            before.address_id == Outgoing.address_id,
            or_(
                col(before.at) < Outgoing.at,
                and_(col(before.at) == Outgoing.at, or_(
                    col(before.place) < Outgoing.place,
                    and_(col(before.place) == Outgoing.place, col(before.id) < Outgoing.id),
                )),
            ),
        ).exists()
    )  # fmt: skip
    due = select(Outgoing).where(col(Outgoing.next_at) <= work.now, ~earlier)
    first = due.order_by(col(Outgoing.urgent).desc(), col(Outgoing.next_at)).limit(AT_ONCE)
    rows = list(await work.session.exec(first.with_for_update(skip_locked=True)))
    for row in rows:
        row.lease, row.next_at, row.tries = lease, work.now + LEASE, row.tries + 1
    return rows


async def _addresses(work: Work, rows: Sequence[Outgoing]) -> dict[str, str]:
    """Where each message goes, by its id; those whose address is gone are left out."""
    vault = work.office.of(Vault)
    wanted = {row.address_id for row in rows if row.address_id}
    known = {each.id: each for each in await work.session.exec(
        select(Address).where(col(Address.id).in_(wanted)))}  # fmt: skip
    callers = {row.person_id for row in rows if not row.address_id}
    phones = await work.office.of(Exchange).phones(work, callers) if callers else {}
    found: dict[str, str] = {}
    for row in rows:
        address = known.get(row.address_id)
        if address is not None and address.person_id == row.person_id:
            found[row.id] = vault.unseal(address.sealed, about=f"address/{address.id}")
        elif not row.address_id and row.person_id in phones:
            found[row.id] = phones[row.person_id]
    return found


async def _try(office: Office, row: Outgoing, to: str) -> Outcome:
    exchange, words = office.of(Exchange), office.of(Words)
    channel = exchange.channels.get(Via(row.via))
    if not to:
        return Refused("NO_ADDRESS")
    if channel is None:
        return Refused("NO_CHANNEL")
    if office.clock() - row.created_at > STALE:
        return Refused("TOO_OLD")
    return await channel.send(Message(
        id=row.id, to=to, key=row.key, params=row.params, text=sentence(words, row.key, row.params),
        link=row.link, at=row.at, urgent=row.urgent,
    ))  # fmt: skip


async def _settle(work: Work, row: Outgoing, lease: str, outcome: Outcome) -> None:
    """Write down what came of a try, unless the minute was over and somebody else has it by now."""
    facts: dict[str, Any] = {"lease": "", "next_at": None, "ended_at": work.now, "code": ""}
    match outcome:
        case Sent(receipt):
            facts |= {"state": Delivery.SENT, "receipt": receipt[:64]}
        case Refused(code, gone):
            facts |= {"state": Delivery.REFUSED, "code": code}
            if gone and row.address_id:
                dead = delete(Address).where(col(Address.id) == row.address_id)
                await work.session.exec(dead, execution_options={"synchronize_session": False})
        case TryAgain(code, _) if row.tries >= MOST_TRIES:
            facts |= {"state": Delivery.DEAD, "code": code}
        case TryAgain(code, after):
            pause = max(backoff(row.tries, random.random()), timedelta(seconds=min(after, 3600)))
            facts |= {"code": code, "next_at": work.now + pause, "ended_at": None}
    mine = update(Outgoing).where(col(Outgoing.id) == row.id, col(Outgoing.lease) == lease)
    await work.session.exec(mine.values(**facts), execution_options={"synchronize_session": False})
    counted.add(1, f"{row.via} {facts.get('state', 'again')}")


async def fold(office: Office, now: datetime) -> int:
    """What one was spared at night comes as one message in the morning. Returns how many were folded."""
    async with office.work(SYSTEM, now=now) as work:
        due: Any = (
            columns(col(Outgoing.person_id), col(Outgoing.via), col(Outgoing.address_id))
            .where(col(Outgoing.held), col(Outgoing.next_at) <= work.now, col(Outgoing.tries) == 0)
            .group_by(Outgoing.person_id, Outgoing.via, Outgoing.address_id)
            .having(func.count() > 1).limit(AT_ONCE)
        )  # fmt: skip
        lines = (await work.session.exec(due)).all()
        if not lines:
            return 0
        people = {person for person, _, _ in lines}
        held = select(Outgoing).where(
            col(Outgoing.held), col(Outgoing.next_at) <= work.now, col(Outgoing.tries) == 0,
            col(Outgoing.person_id).in_(people),
        )  # fmt: skip
        groups: dict[tuple[str, str, str], list[Outgoing]] = defaultdict(list)
        for row in await work.session.exec(held.with_for_update(skip_locked=True)):
            groups[row.person_id, row.via, row.address_id].append(row)
        for rows in groups.values():
            if len(rows) > 1:
                work.add(_digest(work, rows))
        return sum(len(rows) for rows in groups.values() if len(rows) > 1)


def _digest(work: Work, rows: Sequence[Outgoing]) -> Outgoing:
    last = max(rows, key=lambda row: (row.at, row.place, row.id))
    id = str(uuid5(NAMESPACE_OID, "+".join(sorted(row.id for row in rows))))
    for row in rows:
        row.state, row.next_at, row.ended_at, row.receipt = Delivery.FOLDED, None, work.now, id
    app, _, _ = last.link.partition("#")
    return fresh(
        Outgoing, id=id, person_id=last.person_id, via=last.via, address_id=last.address_id,
        key=notify.DIGEST, params={"n": str(len(rows))}, link=f"{app}#/inbox", subject="", urgent=False,
        at=last.at, place=last.place, created_at=work.now, next_at=work.now,
    )  # fmt: skip


async def resend(work: Work, id: str) -> Outgoing | None:
    """Try one again from the beginning that was given up or refused. None when there is none."""
    ended = col(Outgoing.state).in_([Delivery.DEAD, Delivery.REFUSED])
    mine = select(Outgoing).where(Outgoing.id == id, ended).with_for_update()
    row = (await work.session.exec(mine)).one_or_none()
    if row is not None:
        row.state, row.tries, row.next_at, row.created_at = Delivery.WAITING, 0, work.now, work.now
        row.code, row.ended_at, row.held = "", None, False
    return row


async def forget(office: Office) -> int:
    """Let go of messages that were over long ago."""
    async with office.work(SYSTEM) as work:
        old = delete(Outgoing).where(
            col(Outgoing.next_at).is_(None), col(Outgoing.ended_at) < work.now - KEEP
        )
        await work.session.exec(old, execution_options={"synchronize_session": False})
    return 0
