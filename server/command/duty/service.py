"""上岗, 签到, 下岗; 排班; 交班, 接班."""

import json
from datetime import date, datetime

from server.command.duty import queries, rules
from server.command.duty.rules import ShiftPart
from server.command.duty.tables import DutyShift, DutySpell, Handover
from server.command.orders import stakes
from server.identity import accounts
from server.identity.queries import roster, staff_in
from server.kernel.actors import DISPATCHERS
from server.kernel.calendar import day_of
from server.kernel.errors import NotFound
from server.kernel.geo import Wgs84
from server.kernel.text import clean_line, clean_text
from server.platform.vault import Vault
from server.platform.work import Work

KIND, HANDOVER = "duty", "handover"
NOTE_LIMIT, REASON_LIMIT = 1000, 200


async def reveal_phone(work: Work, *, person_id: str, reason: str) -> str:
    """The number of one of one's staff, and what for. Raises NotAllowed, TextRequired, NotFound."""
    rules.needs_watcher(work.actor)
    why = clean_line(reason, field="reason", limit=REASON_LIMIT, required=True)
    people = await roster(work.office.read, work.actor.area, work.now)
    number = await accounts.mobile(work, person_id) if person_id in {each.id for each in people} else ""
    if not number:
        raise NotFound(subject=person_id)
    work.record(f"{KIND}.reveal_phone", KIND, person_id, area=work.actor.area, opinion=why, quiet=True)
    return number


async def start(work: Work, *, id: str, cell: str = "", at: datetime | None = None) -> DutySpell:
    """上岗, now or, heard late, when it was. A spell that was forgotten yesterday ends now.

    Raises NotAllowed, OnDutyAlready.
    """
    rules.needs_duty_post(work.actor)
    for row in await work.session.exec(queries.left_open(work.now, [work.actor.id])):
        if row.began_at > rules.on_duty_since(work.now):
            raise rules.OnDutyAlready
        _end(row, row.began_at + rules.LONGEST_SPELL)
    await work.session.flush()  # one open spell each
    spell = DutySpell(id=id, account_id=work.actor.id, post=work.actor.post, area=_home(work),
                      began_at=at or work.now, cell=cell, seen_at=work.now if cell else None)  # fmt: skip
    work.session.add(spell)
    work.record(f"{KIND}.start", KIND, id, area=spell.area)
    return spell


async def check_in(work: Work, *, cell: str) -> DutySpell:
    """签到: the cell one is in now, instead of the one before. Raises NotOnDuty."""
    spell = await _own(work)
    spell.cell, spell.seen_at = cell, work.now
    work.tell(f"{KIND}.check_in", KIND, spell.id, area=spell.area)
    return spell


async def present(work: Work) -> DutySpell | None:
    """The spell the acting person is in, locked."""
    return (await work.session.exec(queries.own(work.actor, work.now).with_for_update())).one_or_none()


def seen(work: Work, spell: DutySpell, at: datetime, cell: str, point: Wgs84, accuracy_m: int | None) -> None:
    """Where a patrol has come to: the newest position wins, and only the newest is kept here."""
    if spell.seen_at is None or at >= spell.seen_at:
        text = json.dumps([point.lon, point.lat, accuracy_m])
        spell.cell, spell.seen_at = cell, at
        spell.place = work.office.of(Vault).seal(text, about=place_of(spell.id))


def place_of(spell_id: str) -> str:
    """What a sealed position is bound to."""
    return f"duty/{spell_id}/place"


async def end(work: Work) -> DutySpell:
    """下岗: from here on nobody is told where. Raises NotOnDuty."""
    spell = await _own(work)
    _end(spell, work.now)
    work.record(f"{KIND}.end", KIND, spell.id, area=spell.area)
    return spell


async def plan(work: Work, *, day: date, part: ShiftPart, person_id: str) -> None:
    """排班: one of the platform's own dispatchers watches a shift; "" clears it.

    Raises NotAllowed, NotPlannable, NotOfTheDesk.
    """
    rules.needs_dispatcher(work.actor, "plan")
    rules.needs_plannable(day, day_of(work.now))
    desk = await staff_in(work.session, DISPATCHERS, work.now)
    if person_id and not any(each.id == person_id and each.area == work.actor.area for each in desk):
        raise rules.NotOfTheDesk(field="personId")
    row = await work.session.get(DutyShift, (work.actor.area, day, part), with_for_update=True)
    if row is not None:
        row.person_id = person_id
    else:
        work.session.add(DutyShift(area=work.actor.area, day=day, part=part, person_id=person_id))
    subject = f"{work.actor.area} {day.isoformat()} {part}"
    work.record(f"{KIND}.plan", KIND, subject, area=work.actor.area, receiver=person_id)


async def give_over(work: Work, *, id: str, note: str) -> Handover:
    """交班: the note, and what is at stake at this moment. Raises NotAllowed, HandoverOpen, TextRequired."""
    rules.needs_dispatcher(work.actor, "give_over")
    words = clean_text(note, field="note", limit=NOTE_LIMIT, required=True)
    if await queries.waiting(work.session, work.actor):
        raise rules.HandoverOpen
    items = await stakes.standing(work.session, work.actor, work.now)
    row = Handover(id=id, area=work.actor.area, given_by=work.actor.id, given_at=work.now, note=words,
                   items=[[each.order_id, each.stake] for each in items])  # fmt: skip
    work.session.add(row)
    work.record(f"{HANDOVER}.give", HANDOVER, id, area=row.area, opinion=words,
                detail={"items": len(items)})  # fmt: skip
    return row


async def take_over(work: Work, *, id: str, remark: str) -> Handover:
    """接班: a second person signs. Raises NotAllowed, NotFound, HandoverTaken, OwnHandover."""
    rules.needs_dispatcher(work.actor, "take_over")
    row = (await work.session.exec(queries.one(work.actor, id))).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    rules.needs_another(row, work.actor)
    row.taken_by, row.taken_at = work.actor.id, work.now
    row.remark = clean_text(remark, field="remark", limit=NOTE_LIMIT)
    work.record(f"{HANDOVER}.take", HANDOVER, id, area=row.area, opinion=row.remark,
                touches=[f"person:{row.given_by}"])  # fmt: skip
    return row


def _end(spell: DutySpell, at: datetime) -> None:
    spell.ended_at = at
    spell.cell, spell.place, spell.seen_at = "", "", None  # where somebody was is nobody's business any more


async def _own(work: Work) -> DutySpell:
    rows = queries.own(work.actor, work.now).with_for_update()
    spell = (await work.session.exec(rows)).one_or_none()
    if spell is None:
        raise rules.NotOnDuty
    return spell


def _home(work: Work) -> str:
    """Where somebody serves: what his cells have in common, or his post's area."""
    cells = sorted(work.actor.cells)
    return cells[0][:9] if cells else work.actor.area
