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
    if actor.post not in MAY:
        raise NotAllowed(flow="order", action="export", post=actor.post)
    why = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    now = office.clock()
    rows = (await lists.read_page(office.read, actor, wanted, now, MOST, None, NEEDS))[:MOST]
    content = sheets.write(form, {"cases": _table(office, rows, language)})
    digest = sha256(content).hexdigest()
    async with office.work(actor) as work:
        work.record(f"{KIND}.orders", KIND, str(uuid4()), area=actor.area, opinion=why, quiet=True, detail={
            "sha256": digest, "rows": len(rows), "form": form, "lane": wanted.lane or "",
            "figure": wanted.figure or "", "area": wanted.area, "words": wanted.words,
        })  # fmt: skip
    return content, digest


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
            *map(_time, (row.reported_at, row.promised_at, row.due_at, row.closed_at)),
            _yes(words, row.overdue, language), row.likes, _yes(words, row.satisfied, language),
        ]  # fmt: skip


def _time(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def _yes(words: Words, fact: bool | None, language: str) -> str:
    return "" if fact is None else words.say("export.yes" if fact else "export.no_", language)
