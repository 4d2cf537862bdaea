"""The cases behind a list as a table that leaves the house: masked, with a reason, its hash remembered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from server.command.library import Library
from server.command.orders import lists
from server.command.orders.lists import Wanted
from server.command.orders.tables import WorkOrder
from server.kernel.actors import DISPATCHERS, Actor, Post
from server.kernel.calendar import SHANGHAI
from server.kernel.errors import NotAllowed
from server.kernel.text import clean_text
from server.platform import sheets
from server.platform.sheets import SheetFormat
from server.platform.words import CHINESE, Words
from server.platform.work import Office

KIND = "export"
MOST = 10_000
REASON_LIMIT = 200
MAY = DISPATCHERS | {Post.LEADER}
COLUMNS = (
    "no", "state", "matter", "unit", "street", "reported_at", "promised_at", "due_at", "closed_at", "overdue",
    "likes", "satisfied",
)  # fmt: skip
NEEDS = ("id", "no", "state", "matter_code", "unit_id", "area", "reported_at", "promised_at", "due_at",
         "closed_at", "overdue", "likes", "satisfied", "danger")  # fmt: skip


async def export(
    office: Office, actor: Actor, wanted: Wanted, form: SheetFormat, reason: str, language: str = CHINESE
) -> tuple[bytes, str]:
    """The table and its SHA-256, as the record has it: who took it, why, which list, how many rows.

    No reporter, no words of his, no door: the number leads whoever may know more to the case.
    Raises NotAllowed, TextRequired.
    """
    why, now = needs_reason(actor, "order", reason), office.clock()
    rows = (await lists.read_page(office.read, actor, wanted, now, MOST, None, NEEDS))[:MOST]
    content = sheets.write(form, {"cases": _table(office, rows, language)})
    asked = {"lane": wanted.lane or "", "figure": wanted.figure or "", "area": wanted.area,
             "words": wanted.words}  # fmt: skip
    return content, await remember(office, actor, "orders", content, why, rows=len(rows), form=form, **asked)


def may_export(actor: Actor) -> bool:
    """Whether this person may take lists home."""
    return actor.post in MAY


def needs_reason(actor: Actor, flow: str, reason: str) -> str:
    """Who may, and what for. Raises NotAllowed, TextRequired."""
    if not may_export(actor):
        raise NotAllowed(flow=flow, action="export", post=actor.post)
    return clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)


async def remember(
    office: Office, actor: Actor, what: str, content: bytes, why: str, **detail: str | int
) -> str:
    """The record of a file that left, found by its SHA-256, which is returned."""
    digest = sha256(content).hexdigest()
    async with office.work(actor) as work:
        work.record(f"{KIND}.{what}", KIND, str(uuid4()), area=actor.area, opinion=why, quiet=True,
                    detail={"sha256": digest, **detail})  # fmt: skip
    return digest


def _table(office: Office, rows: Iterable[WorkOrder], language: str) -> Iterable[Sequence[sheets.Cell]]:
    words, library = office.of(Words), office.of(Library)
    yield [words.say(f"export.{name}", language) for name in COLUMNS]
    for row in rows:
        matter = library.catalogue.matter(row.matter_code).name if row.matter_code else ""
        unit = library.units.get(row.unit_id)
        street = office.areas.by_code(row.area[:9]).name if len(row.area) >= 9 else ""
        yield [
            row.no, words.say(f"state.order.{row.state.upper()}", language), matter,
            unit.name if unit else "", street,
            *map(moment, (row.reported_at, row.promised_at, row.due_at, row.closed_at)),
            yes(words, row.overdue, language), row.likes, yes(words, row.satisfied, language),
        ]  # fmt: skip


def moment(at: datetime | None) -> str:
    """As people write it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def yes(words: Words, fact: bool | None, language: str) -> str:
    """是 or 否; nothing for what nobody knows."""
    return "" if fact is None else words.say("export.yes" if fact else "export.no_", language)
