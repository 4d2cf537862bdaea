"""What the command platform knows by heart: catalogue, responsibility matrix, and what words mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.command.catalogue.book import Catalogue
from server.command.matrix import Matrix, Unit
from server.command.triage.advisor import Advisor, Danger, Proposal, Suggestion
from server.command.triage.lexicon import Lexicon
from server.command.triage.rules import Confidence


@dataclass(frozen=True)
class Library:
    """Read once at the start and handed down."""

    catalogue: Catalogue
    matrix: Matrix
    advisor: Advisor

    @classmethod
    def load(cls, data: Path) -> "Library":
        """The editions in `data`. Raises ValueError when they do not fit together."""
        lexicon = Lexicon.load(data)
        catalogue, matrix = Catalogue.load(data, lexicon.keywords), Matrix.load(data)
        return cls(catalogue, matrix, Advisor(lexicon, catalogue, matrix))

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every unit an order may go to, by id."""
        return self.matrix.units

    def suggest(self, text: str, area: str, matter_code: str = "") -> Suggestion:
        """What to do with a report; a matter somebody already named is taken as it is."""
        if matter_code:
            chosen = self.advisor.propose(matter_code, text, area)
            return Suggestion(chosen, Confidence.HIGH, (), ())
        return self.advisor.suggest(text, area)

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
    }


def _ids(option: Proposal) -> dict[str, str]:
    return {"matter": option.matter.code, "rule": option.rule.id, "unit": option.unit.id}
