"""A file of grid cells is handed in as a proposal, and the cells are taken home."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from server.grid.grids import geojson
from server.grid.grids.book import KIND
from server.kernel.actors import Actor
from server.kernel.calendar import day_of
from server.kernel.geo import Datum
from server.kernel.text import clean_line
from server.platform import editions
from server.platform.editions import Edition, Meaning, Shelf
from server.platform.tabular import Tables, fit, from_json, lined, to_json
from server.platform.work import Office

NOTE_LIMIT = 200


async def hand_in(office: Office, actor: Actor, raw: bytes, datum: str | None, *, note: str = "") -> Edition:
    """Propose the cells of a GeoJSON file. The caller has asked whether this person may.

    Raises DatumMissing, NotASheet, BadSheet with every fault, and as editions.propose.
    """
    words = clean_line(note, field="note", limit=NOTE_LIMIT)
    content = await drafted(office, raw, datum)
    async with office.work(actor) as work:
        return await editions.propose(work, KIND, content, note=words)


class _NotKept(Exception):
    """Nothing of the unit of work is to stay."""


async def tried(
    office: Office, actor: Actor, raw: bytes, datum: str | None, *, note: str, keep: bool
) -> tuple[int, Sequence[Meaning]]:
    """As `hand_in`: the number and what it would mean. Without `keep` nothing is proposed."""
    content, no, means = await drafted(office, raw, datum), 0, list[Meaning]()
    with suppress(_NotKept):
        async with office.work(actor) as work:
            row = await editions.propose(work, KIND, content, note=note)
            no, means = row.no, row.report["means"]
            if not keep:
                raise _NotKept
    return no, means


async def drafted(office: Office, raw: bytes, datum: str | None) -> bytes:
    """The content a file makes of what holds; nothing is written. Raises as `hand_in`."""
    known, now = geojson.datum_of(datum), await tables(office)
    return await asyncio.to_thread(_drafted, office, raw, known, now)


def _drafted(office: Office, raw: bytes, datum: Datum, now: Tables) -> bytes:
    made = geojson.read(raw, datum, now, day_of(office.clock()))
    keeper = office.of(Shelf).keepers[KIND]
    assert keeper.tabular
    fit(office, keeper.tabular, lined(made))
    return to_json(made)


async def tables(office: Office) -> Tables:
    """The map that holds, as tables."""
    async with office.reading() as session:
        holds = await editions.newest(session, KIND)
        return from_json(await editions.content_of(session, office, KIND, holds.no if holds else 0))
