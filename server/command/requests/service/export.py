"""The requests of a desk's list as a table that leaves the house: masked, with a reason, remembered."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.command.library import Library
from server.command.orders.service.export import MOST, moment, needs_reason, remember, yes
from server.command.requests import desks
from server.command.requests.desks import DeskLane
from server.command.requests.rules import RequestKind
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import Actor
from server.platform import sheets
from server.platform.sheets import SheetFormat
from server.platform.words import CHINESE, Words
from server.platform.work import Office

COLUMNS = ("no", "kind", "state", "unit", "street", "reported_at", "promised_at", "due_at", "closed_at",
           "overdue", "returned", "reopened")  # fmt: skip
NEEDS = (*desks.POSITION, "no", "kind", "state", "unit_id", "area", "closed_at", "overdue", "return_times",
         "reopen_times")  # fmt: skip


class Listed(NamedTuple):
    """A list of a desk, as the screen has it."""

    lane: DeskLane | None = None
    kind: RequestKind | None = None
    words: str = ""


async def export(
    office: Office, actor: Actor, wanted: Listed, form: SheetFormat, reason: str, language: str = CHINESE
) -> tuple[bytes, str]:
    """The table and its SHA-256, like that of the orders: no name, no number to call, no word of his.

    Raises NotAllowed, TextRequired.
    """
    why = needs_reason(actor, "request", reason)
    rows = desks.page(desks.listed(actor, wanted.lane, wanted.words, wanted.kind), wanted.lane, MOST, None)
    found = (await office.read.searched(rows, NEEDS))[:MOST]
    content = sheets.write(form, {"requests": _table(office, found, language)})
    asked = {"lane": wanted.lane or "", "kind": wanted.kind or "", "words": wanted.words}
    left: dict[str, str | int] = {"rows": len(found), "form": form, **asked}
    return content, await remember(office, actor, "requests", content, why, **left)


def _table(office: Office, rows: Iterable[CitizenRequest], language: str) -> Iterable[Sequence[sheets.Cell]]:
    words, units = office.of(Words), office.of(Library).units
    yield [words.say(f"export.{name}", language) for name in COLUMNS]
    for row in rows:
        unit = units.get(row.unit_id)
        street = office.areas.by_code(row.area[:9]).name if len(row.area) >= 9 else ""
        yield [
            row.no, words.say(f"kind.{row.kind.upper()}", language),
            words.say(f"state.request.{row.state.upper()}", language), unit.name if unit else "", street,
            *map(moment, (row.submitted_at, row.promised_at, row.due_at, row.closed_at)),
            yes(words, row.overdue, language), row.return_times, row.reopen_times,
        ]  # fmt: skip
