"""What is published, known by heart in every process; a counter tells when it is no longer what is stored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.command.knowledge import queries
from server.command.knowledge.search import SURE, Index, Speech, Text
from server.command.knowledge.tables import KnowledgeEntry
from server.platform.work import Office

NEAR = 3
WORDS = "knowledge/words.json"


@dataclass(frozen=True, slots=True)
class Found:
    """`best` is None when nothing rests on a source that fits well enough: then nothing is answered."""

    best: KnowledgeEntry | None
    near: Sequence[KnowledgeEntry]


@dataclass
class Knowledge:
    """One of the office's tools."""

    speech: Speech
    index: Index = field(init=False)
    entries: dict[str, KnowledgeEntry] = field(default_factory=dict, init=False)  # by entry_id
    changes: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self.index = Index((), self.speech)

    @classmethod
    def load(cls, data: Path) -> "Knowledge":
        """With the words of `data`/knowledge/words.json, and no entry yet."""
        words = json.loads((data / WORDS).read_text(encoding="utf-8"))
        return cls(Speech(words["means"], words["idle"]))

    async def refresh(self, office: Office) -> int:
        """Take up what was published or retired since; one look at a counter when nothing was."""
        rows = await office.read.tuples(queries.changes(office.settings.district))
        changes = rows[0][0] if rows else 0
        if changes != self.changes:
            found = await office.read.lines(queries.published())
            self.index = Index(map(_text, found), self.speech)
            self.entries = {row.entry_id: row for row in found}
            self.changes = changes
        return 0  # nothing is left for another turn of the job

    def search(self, words: str, first: int, *, staff: bool) -> list[KnowledgeEntry]:
        """Published entries, best first."""
        return [self.entries[hit.id] for hit in self.index.search(words, first, staff=staff)]

    def answer(self, question: str, *, staff: bool = False) -> Found:
        """The entry that answers, and those that are near it."""
        hits = self.index.search(question, NEAR + 1, staff=staff)
        sure = bool(hits) and hits[0].share >= SURE
        found = [self.entries[hit.id] for hit in hits]
        return Found(found[0], found[1:]) if sure else Found(None, found[:NEAR])


def _text(row: KnowledgeEntry) -> Text:
    return Text(row.entry_id, row.question, row.answer, row.tags.split("|"), row.staff_only)
