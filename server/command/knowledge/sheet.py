"""The knowledge base as a table that people hand in and take home."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import uuid4

from server.command.knowledge import queries, rules, service
from server.command.knowledge.errors import SourceNeeded
from server.command.knowledge.flow import EntryState
from server.command.knowledge.service import Words
from server.command.knowledge.tables import KnowledgeEntry
from server.kernel.errors import CityError
from server.platform import sheets
from server.platform.sheets import BadSheet, Fault, Row
from server.platform.work import Work

COLUMNS = (
    "question", "answer", "source", "clause", "source_on", "unit", "review_on", "staff_only", "tags",
)  # fmt: skip
NEEDED = ("question", "answer", "source", "source_on")
YES = "1"


def rows_of(entries: Iterable[KnowledgeEntry]) -> Iterator[tuple[str | date | None, ...]]:
    """The heading, and one row per entry."""
    yield COLUMNS
    for row in entries:
        yield (row.question, row.answer, row.source, row.clause, row.source_on, row.unit_id, row.review_on,
               YES if row.staff_only else "", row.tags)  # fmt: skip


async def bring(work: Work, content: bytes) -> tuple[int, int]:
    """Write every row as a draft: how many are new, and how many are new versions of a known question.

    All or nothing: raises NotASheet, ColumnMissing, and BadSheet with every row that does not fit.
    A row that says what holds, or what the draft says, changes nothing.
    """
    rows = sheets.read(content, NEEDED)
    known = await queries.known_questions(work.session, [row["question"] for _, row in rows])
    faults: list[Fault] = []
    new = changed = 0
    for line, row in rows:
        try:
            words, before = _words(row), known.get(row["question"])
            if before is not None and _same(before, words):
                continue
            if before is None:
                known[words.question] = await service.write(work, id=str(uuid4()), words=words)
            elif before.state == EntryState.DRAFT:
                await service.revise(work, id=before.id, version=before.version, words=words)
            else:
                await service.write(work, id=str(uuid4()), words=words, entry_id=before.entry_id)
            new, changed = new + (before is None), changed + (before is not None)
        except CityError as refusal:
            column = {"unitId": "unit", "file": ""}.get(refusal.field or "", refusal.field or "")
            faults.append(Fault(line, column, refusal.code, row.get(column, "")[:40]))
    if faults:
        raise BadSheet(faults)
    return new, changed


def _words(row: Row) -> Words:
    rules.needs_source(row["source"])
    return Words(
        question=row["question"], answer=row["answer"], source=row["source"], clause=row.get("clause", ""),
        source_on=_day(row["source_on"]) or _missing(), unit_id=row.get("unit", ""),
        review_on=_day(row.get("review_on", "")), staff_only=row.get("staff_only", "") == YES,
        tags=[tag for tag in row.get("tags", "").split("|") if tag],
    )  # fmt: skip


def _missing() -> date:
    raise SourceNeeded(field="source_on")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _same(row: KnowledgeEntry, words: Words) -> bool:
    return (row.answer, row.source, row.clause, row.source_on, row.unit_id, row.tags) == (
        words.answer, words.source, words.clause, words.source_on, words.unit_id, "|".join(words.tags)
    )  # fmt: skip
