"""What the platform would do with a report: matter, filing rule and unit, and how sure it is."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import FilingRule, Matter
from server.command.matrix import Matrix, Unit
from server.command.triage import rules
from server.command.triage.head import Guess
from server.command.triage.lexicon import Lexicon, plain
from server.command.triage.model import Kind, Model, Read
from server.command.triage.rules import Confidence

log = logging.getLogger(__name__)

HEADS: tuple[Kind, ...] = ("matter", "unit", "category")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to go: what it is, which rule makes it a case, who handles it."""

    matter: Matter
    rule: FilingRule
    unit: Unit


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`best` is None exactly when confidence is LOW; a person then chooses among the alternatives."""

    best: Proposal | None
    confidence: Confidence
    words: tuple[str, ...]  # the reporter's own words it rests on, in their order
    alternatives: tuple[Proposal, ...]  # at most three, best first
    category: str = ""  # the class of message the district's own history puts it in
    failed: bool = False  # the service broke: a person chooses, nothing else changes


SILENT = Suggestion(None, Confidence.LOW, (), (), failed=True)


@dataclass(frozen=True, slots=True)
class Danger:
    """A word that means somebody may be in danger, and the number to call before anything else."""

    word: str
    phone: str


@dataclass(frozen=True)
class Advisor:
    """Suggests from words alone, the same for the same text; nothing is suggested when nothing matches.

    What people call things is in the lexicon; what the district made of like texts is in the model, when it
    has learnt one. A model that breaks is logged and passed over.
    """

    lexicon: Lexicon
    catalogue: Catalogue
    matrix: Matrix
    model: Model | None = None
    wordless: bool = False  # the lexicon could not be read

    @property
    def mute(self) -> bool:
        """True when there is nothing left to suggest by."""
        return self.wordless and self.model is None

    def suggest(self, text: str, area: str = "", title: str = "") -> Suggestion:
        """Read `text` for a report inside `area` (any area-code prefix)."""
        read = Read.of(title, text) if self.model else None
        text = plain(f"{title} {text}")
        hits = [*self.lexicon.topics.find(text)]
        weighed = rules.weigh(hits, self.lexicon.meanings)
        points = {code: n for code, n in weighed.items() if self.catalogue.offers(code)}
        ranking = sorted(points, key=lambda code: (-points[code], code))
        best, second = (*(points[code] for code in ranking[:2]), 0, 0)[:2]
        sure = rules.confidence(best, second)
        guesses = self._learned(read)
        learned, unit, kind = (guesses.get(each) for each in HEADS)
        known = [code for code in learned.labels if self.catalogue.offers(code)] if learned else []
        sees = learned.confidence if learned and known[:1] == [*learned.labels[:1]] else Confidence.LOW
        ranking, sure, told = rules.combine(ranking, sure, known, sees)
        chosen = [] if sure is Confidence.LOW else ranking[:1]
        others = [code for code in ranking if code not in chosen][: rules.ALTERNATIVES]
        spoke_for = set(chosen or others)
        words = [word for word, _ in hits if self._means(word, spoke_for)]
        if learned and told:
            reasons = self._reasons(read, learned)
            words += [gram for gram in reasons if not any(gram in word for word in words)]
        return Suggestion(
            best=next((self.propose(code, text, area, unit) for code in chosen), None),
            confidence=sure,
            words=tuple(dict.fromkeys(words)),
            alternatives=tuple(self.propose(code, text, area, unit) for code in others),
            category=kind.labels[0] if kind and kind.confidence is not Confidence.LOW else "",
        )

    def propose(
        self, matter_code: str, text: str = "", area: str = "", learned: Guess | None = None
    ) -> Proposal:
        """For a matter somebody already chose: the rule its words call for and the unit. Raises BadInput.

        Where the matrix lets several units answer, the one that like cases went to, if that is sure.
        """
        unit = self.matrix.unit_for(matter_code, area)
        usual = learned.labels[0] if learned and learned.confidence is Confidence.HIGH else ""
        if usual in self.matrix.allowed(matter_code, area):
            unit = self.matrix.units[usual]
        return Proposal(
            self.catalogue.matter(matter_code),
            rules.fitting_rule(self.catalogue.rules_for(matter_code), plain(text)),
            unit,
        )

    def _learned(self, read: Read | None) -> Mapping[Kind, Guess]:
        if self.model is None or read is None:
            return {}
        try:
            return self.model.guesses(read)
        except Exception:  # whatever is wrong with a model, the lexicon still serves
            log.exception("the triage model broke")
            return {}

    def _reasons(self, read: Read | None, guess: Guess) -> tuple[str, ...]:
        if self.model is None or read is None:
            return ()
        try:
            return self.model.reasons("matter", read, guess)
        except Exception:  # a suggestion without its reasons is still one
            log.exception("the triage model broke")
            return ()

    def danger(self, text: str) -> Danger | None:
        """The most urgent number a word of the text calls for; None when none does, or only as a worry."""
        text = plain(text)[: rules.URGENT]
        found = {
            word
            for word, at in self.lexicon.perils.find(text)
            if not any(doubt in rules.clause(text, at) for doubt in self.lexicon.doubts)
        }
        phones = self.lexicon.phones.items()
        return next((Danger(word, phone) for word, phone in phones if word in found), None)

    def _means(self, word: str, codes: set[str]) -> bool:
        return any(code in codes for code, _ in self.lexicon.meanings.get(word, ()))
