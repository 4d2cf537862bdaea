"""Writing, publishing and retiring entries; counting what people did with answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from server.command.knowledge import errors, queries, rules
from server.command.knowledge.book import Knowledge
from server.command.knowledge.flow import FLOW, EntryAction, EntryState
from server.command.knowledge.rules import AnswerUse
from server.command.knowledge.tables import KnowledgeEntry, KnowledgeUse
from server.command.library import Library
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of
from server.kernel.errors import BadInput, NotFound, StaleVersion
from server.kernel.text import clean_line, clean_text
from server.platform import rollups
from server.platform.rows import put, written
from server.platform.work import Office, Work, street_of

KIND = "knowledge"
A = EntryAction


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry says. `tags` are words people use for it."""

    question: str
    answer: str
    source: str
    source_on: date
    clause: str = ""
    unit_id: str = ""
    review_on: date | None = None
    staff_only: bool = False
    tags: Sequence[str] = ()


async def write(work: Work, *, id: str, words: Words, entry_id: str = "") -> KnowledgeEntry:
    """A new entry, or with `entry_id` a new version of one, as a draft.

    Raises SourceNeeded, AnswerTooTall, DraftWaits, NotFound, TextRequired, TextTooLong.
    """
    entry = FLOW.enter(A.WRITE, work.actor.post)
    row = KnowledgeEntry(
        id=id, entry_id=entry_id or id, state=entry.target, **_checked(work, words), written_by=work.actor.id,
        written_at=work.now, changed_at=work.now,
    )  # fmt: skip
    if entry_id:
        last = await queries.last_no(work.session, entry_id)
        if not last:
            raise NotFound(subject=entry_id)
        if await queries.draft_of(work.session, entry_id):
            raise errors.DraftWaits
        row.no = last + 1
    work.session.add(row)
    _note(work, row, A.WRITE, "")
    return row


async def revise(work: Work, *, id: str, version: int, words: Words) -> KnowledgeEntry:
    """Change a draft; whoever did that last is the one who may not publish it."""
    row = await _seen(work, id, version)
    _step(work, row, A.REVISE)
    for name, value in _checked(work, words).items():
        setattr(row, name, value)
    row.written_by, row.written_at = work.actor.id, work.now
    _note(work, row, A.REVISE, EntryState.DRAFT)
    return row


async def publish(work: Work, *, id: str, version: int) -> KnowledgeEntry:
    """Let it hold from now on in place of the version before. Raises OwnWords."""
    row = await _seen(work, id, version)
    step = FLOW.step(EntryState(row.state), A.PUBLISH, work.actor.post)
    rules.needs_second_person(row.written_by, work.actor)
    before = await queries.holding(work.session, row.entry_id)
    if before is not None:
        before.state = FLOW.step(EntryState(before.state), A.REPLACE, SYSTEM.post).target
        before.changed_at = work.now
        _note(work, before, A.REPLACE, step.target, by_system=True)
    row.state, row.published_by, row.published_at = step.target, work.actor.id, work.now
    row.changed_at = work.now
    _changed(work)
    _note(work, row, A.PUBLISH, step.source)
    return row


async def publish_drafts(work: Work) -> int:
    """Publish every draft that somebody else wrote, as after a file was brought; how many."""
    drafts = await queries.drafts_of_others(work.session, work.actor)
    for row in drafts:
        await publish(work, id=row.id, version=row.version)
    return len(drafts)


async def retire(work: Work, *, id: str, version: int) -> KnowledgeEntry:
    """Nobody is answered with it any more."""
    row = await _seen(work, id, version)
    source = row.state
    _step(work, row, A.RETIRE)
    _changed(work)
    _note(work, row, A.RETIRE, source)
    return row


async def drop(work: Work, *, id: str, version: int) -> KnowledgeEntry:
    """A draft that is not to be published."""
    row = await _seen(work, id, version)
    _step(work, row, A.DROP)
    _note(work, row, A.DROP, EntryState.DRAFT)
    return row


def answer(office: Office, entry_id: str, *, staff: bool = False) -> KnowledgeEntry:
    """The published version of an entry, with its source: what a direct answer quotes. Raises NotFound."""
    row = office.of(Knowledge).entries.get(entry_id)
    if row is None or (row.staff_only and not staff):
        raise NotFound(subject=entry_id)
    return row


def source_of(entry: KnowledgeEntry) -> str:
    """What an entry rests on, as it is said beside its answer: the law or guide, the article, its day."""
    return " ".join(filter(None, (entry.source, entry.clause, f"{entry.source_on}")))


async def use(work: Work, *, entry_id: str, how: AnswerUse, area: str) -> None:
    """Count once per person, entry and day. Raises NotFound."""
    answer(work.office, entry_id)
    day = day_of(work.now)
    said = how if how is AnswerUse.ASKED else "said"  # who finds it useful does not find it useless as well
    if await work.first_time("answer", f"answer/{entry_id}/{said}/{day}", {}):
        row = {"area": street_of(area or work.office.settings.district), "day": day, "entry_id": entry_id,
               "asked": 0, "useful": 0, "useless": 0, str(how): 1}  # fmt: skip
        await put(work.session, COUNT, [row])


@written
def COUNT(insert: Any) -> Any:
    """Add to the counters of an entry, a street and a day."""
    table: Any = KnowledgeUse.__table__  # type: ignore[attr-defined]
    rows = insert(table)
    return rows.on_conflict_do_update(
        index_elements=["area", "day", "entry_id"],
        set_={use.value: table.c[use.value] + rows.excluded[use.value] for use in AnswerUse},
    )


async def often(office: Office, area: str) -> list[KnowledgeEntry]:
    """The three asked most in the street this week; where nobody asked, those of the district."""
    since = day_of(office.clock()) - timedelta(days=rules.WEEK_DAYS)
    streets = [street_of(area)] if area else []
    for areas in (streets, [office.settings.district, *_streets(office)]):
        rows = await office.read.tuples(queries.asked_most(areas, since)) if areas else []
        entries = office.of(Knowledge).entries
        found = [entries[id] for id, _ in rows if id in entries and not entries[id].staff_only]
        if found:
            return found[: rules.MOST_ASKED]
    return []


def _streets(office: Office) -> list[str]:
    return sorted({cell.code[:9] for cell in office.areas.cells})


def _checked(work: Work, words: Words) -> dict[str, Any]:
    """The columns of an entry, cleaned. Raises for what does not fit, naming the field."""
    rules.needs_source(words.source)
    answer = clean_text(words.answer, field="answer", limit=rules.ANSWER_LIMIT, required=True)
    rules.needs_few_lines(answer)
    if words.unit_id and words.unit_id not in work.office.of(Library).units:
        raise BadInput(field="unitId")
    tags = [clean_line(tag, field="tags", limit=rules.TAGS_LIMIT).replace("|", "") for tag in words.tags]
    return {
        "question": clean_line(words.question, field="question", limit=rules.QUESTION_LIMIT, required=True),
        "answer": answer,
        "source": clean_line(words.source, field="source", limit=rules.SOURCE_LIMIT, required=True),
        "clause": clean_line(words.clause, field="clause", limit=rules.CLAUSE_LIMIT),
        "tags": clean_line("|".join(filter(None, tags)), field="tags", limit=rules.TAGS_LIMIT),
        "source_on": words.source_on, "unit_id": words.unit_id, "review_on": words.review_on,
        "staff_only": words.staff_only,
    }  # fmt: skip


async def _seen(work: Work, id: str, version: int) -> KnowledgeEntry:
    """The version of an entry, as the actor saw it. Raises NotFound, StaleVersion."""
    row = (await work.session.exec(queries.one(work.actor, id).with_for_update())).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    if row.version != version:
        raise StaleVersion(subject=id, seen=version, now=row.version)
    return row


def _step(work: Work, row: KnowledgeEntry, action: EntryAction) -> None:
    row.state = FLOW.step(EntryState(row.state), action, work.actor.post).target
    row.changed_at = work.now


def _changed(work: Work) -> None:
    work.count(queries.CHANGES, work.office.settings.district, 1, rollups.STOCK)


def _note(
    work: Work, row: KnowledgeEntry, action: EntryAction, source: str, *, by_system: bool = False
) -> None:
    work.record(
        f"{KIND}.{action}", KIND, row.id, area=work.office.settings.district, source=source, target=row.state,
        detail={"entry": row.entry_id, "no": row.no}, by=SYSTEM if by_system else None,
    )  # fmt: skip
