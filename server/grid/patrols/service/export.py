"""The rounds of a day as a table that leaves the house: with a reason, remembered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from server.command.orders.service.export import MOST, moment, needs_reason, remember
from server.grid.patrols import queries
from server.grid.patrols.service.plans import KIND
from server.grid.patrols.tables import Patrol
from server.identity.queries import names
from server.kernel.actors import Actor
from server.platform import sheets
from server.platform.sheets import SheetFormat
from server.platform.words import CHINESE, Words
from server.platform.work import Office

COLUMNS = ("round", "state", "officer", "street", "cell", "opens_at", "closes_at", "began_at", "ended_at",
           "required", "visited", "missed", "length_m")  # fmt: skip
NEEDS = (*queries.POSITION, "name", "person_id", "area", "opens_at", "began_at", "ended_at", "closed_at",
         "required", "visited", "length_m")  # fmt: skip


async def export(
    office: Office, actor: Actor, day: date, form: SheetFormat, reason: str, language: str = CHINESE
) -> tuple[bytes, str]:
    """The table and its SHA-256: rounds, never where somebody was when. Raises NotAllowed, TextRequired."""
    why = needs_reason(actor, KIND, reason)
    rows = (await office.read.lines(queries.of_day(actor, day, MOST), NEEDS))[:MOST]
    people = await names(office.read, sorted({row.person_id for row in rows}))
    called = {id: name for id, (name, _) in people.items()}
    content = sheets.write(form, {"patrols": _table(office, rows, called, language)})
    return content, await remember(office, actor, "patrols", content, why, rows=len(rows), form=form,
                                   day=day.isoformat())  # fmt: skip


def _table(
    office: Office, rows: Iterable[Patrol], called: Mapping[str, str], language: str
) -> Iterable[Sequence[sheets.Cell]]:
    words, name = office.of(Words), office.areas.name
    yield [words.say(f"export.{column}", language) for column in COLUMNS]
    for row in rows:
        missed = "" if row.closed_at is None else row.required - row.visited
        yield [
            row.name, words.say(f"state.patrol.{row.state.upper()}", language), called.get(row.person_id, ""),
            name(row.area[:9]), name(row.area),
            *map(moment, (row.opens_at, row.closes_at, row.began_at, row.ended_at)),
            row.required, row.visited, missed, row.length_m,
        ]  # fmt: skip
