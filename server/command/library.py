"""What the command platform knows by heart: catalogue, responsibility matrix, and what words mean."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from server.command.catalogue.book import Catalogue
from server.command.matrix import Duty, Matrix, Unit
from server.command.triage.advisor import SILENT, Advisor, Danger, Proposal, Suggestion
from server.command.triage.lexicon import Lexicon
from server.command.triage.model import Model
from server.command.triage.rules import Confidence
from server.kernel.errors import BadInput

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """Read at the start, and replaced as a whole when the city publishes an edition: never hold on to it.

    `editions` are the catalogue's by their ref: a case keeps the one it was filed under.
    """

    catalogue: Catalogue
    matrix: Matrix
    advisor: Advisor
    editions: Mapping[str, Catalogue] = field(default_factory=dict)

    @classmethod
    def load(cls, data: Path) -> Self:
        """What the product ships in `data`. Raises ValueError when the files do not fit together.

        Without its words the server starts all the same: it is logged, and a person chooses every matter.
        """
        lexicon, wordless = Lexicon.empty(), False
        try:
            lexicon = Lexicon.load(data)
        except (OSError, ValueError):
            log.exception("the words cannot be read: nothing is suggested, no danger is noticed")
            wordless = True
        catalogue, matrix = Catalogue.load(data, lexicon.keywords), Matrix.load(data)
        advisor = Advisor(lexicon, catalogue, matrix, wordless=wordless)
        return cls(catalogue, matrix, advisor, {catalogue.ref: catalogue})

    def with_catalogue(self, catalogue: Catalogue) -> Self:
        """With another edition in force; the earlier ones stay for the cases that began under them."""
        return replace(
            self, catalogue=catalogue, advisor=replace(self.advisor, catalogue=catalogue),
            editions={**self.editions, catalogue.ref: catalogue},
        )  # fmt: skip

    def with_matrix(self, matrix: Matrix) -> Self:
        """With other units and duties in force."""
        return replace(self, matrix=matrix, advisor=replace(self.advisor, matrix=matrix))

    def pinned(self, ref: str) -> Catalogue | None:
        """The edition of that ref; None in the second before this process has taken it up."""
        return self.editions.get(ref)

    def shown(self, ref: str) -> Catalogue:
        """The edition a case is shown by: its own, or what holds."""
        return self.editions.get(ref, self.catalogue)

    @property
    def called(self) -> Mapping[str, list[str]]:
        """What people call each matter, surest first."""
        return self.advisor.lexicon.keywords

    def unit_called(self, text: str) -> str:
        """The id of the unit with that name; anything else as it is."""
        return next((unit.id for unit in self.units.values() if unit.name == text), text)

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every unit an order may go to, by id."""
        return self.matrix.units

    def given(self, answers: Sequence[tuple[str, str]], matter_code: str = "") -> list[dict[str, str]]:
        """Answers to a matter's questions as they are kept: with the words that were asked.

        A phone may have been asked by an earlier edition. Raises BadInput for what none of them offers, for a
        question of another matter than the one that was named, and for two answers to one.
        """
        if len({code for code, _ in answers}) < len(answers):
            raise BadInput(field="answers")
        return [self._given(code, answer, matter_code) for code, answer in answers]

    def _given(self, code: str, answer: str, matter_code: str) -> dict[str, str]:
        for edition in (self.catalogue, *reversed(tuple(self.editions.values()))):
            whose = edition.matters.get(matter_code)
            question = edition.questions.get(code)
            if question and answer in question.answers and (not whose or question in whose.questions):
                return {"code": code, "question": question.words, "answer": answer}
        raise BadInput(field="answers", question=code[:40])

    def suggest(self, text: str, area: str, matter_code: str = "", title: str = "") -> Suggestion:
        """What to do with a report; a matter somebody already named is taken as it is.

        Never stands in a report's way: when suggesting breaks, it is logged and a person chooses.
        """
        if matter_code:
            chosen = self.advisor.propose(matter_code, f"{title} {text}", area)
            return Suggestion(chosen, Confidence.HIGH, (), ())
        try:
            if self.advisor.mute:
                return SILENT
            return self.advisor.suggest(text, area, title)
        except Exception:
            log.exception("no suggestion")
            return SILENT

    def taught(self, model: Model | None) -> "Library":
        """With what was learnt from the district's own history."""
        return replace(self, advisor=replace(self.advisor, model=model))

    def ruled(self, rulings: Sequence[Duty]) -> "Library":
        """With past rulings before the matrix: they decide wherever they were made for."""
        matrix = self.matrix.ruled(rulings)
        return replace(self, matrix=matrix, advisor=replace(self.advisor, matrix=matrix))

    def danger(self, text: str) -> Danger | None:
        """The number to call before anything else, if a word asks for it."""
        return self.advisor.danger(text)


def frozen(suggestion: Suggestion) -> dict[str, Any]:
    """The suggestion as it is kept with the order: ids only, so that a rename shows through."""
    return {
        "confidence": suggestion.confidence,
        "words": list(suggestion.words),
        "best": _ids(suggestion.best) if suggestion.best else None,
        "alternatives": [_ids(option) for option in suggestion.alternatives],
        "category": suggestion.category,
        "failed": suggestion.failed,
    }


def _ids(option: Proposal) -> dict[str, str]:
    return {"matter": option.matter.code, "rule": option.rule.id, "unit": option.unit.id}
