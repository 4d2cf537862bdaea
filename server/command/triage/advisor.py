"""What the platform would do with a report: matter, filing rule and unit, and how sure it is."""

from dataclasses import dataclass

from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import FilingRule, Matter
from server.command.matrix import Matrix, Unit
from server.command.triage import rules
from server.command.triage.lexicon import Lexicon, plain
from server.command.triage.rules import Confidence


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


@dataclass(frozen=True, slots=True)
class Danger:
    """A word that means somebody may be in danger, and the number to call before anything else."""

    word: str
    phone: str


@dataclass(frozen=True)
class Advisor:
    """Suggests from words alone, the same for the same text; nothing is suggested when nothing matches."""

    lexicon: Lexicon
    catalogue: Catalogue
    matrix: Matrix

    def suggest(self, text: str, area: str = "") -> Suggestion:
        """Read `text` for a report inside `area` (any area-code prefix)."""
        text = plain(text)
        hits = [*self.lexicon.topics.find(text)]
        points = rules.weigh(hits, self.lexicon.meanings)
        ranking = sorted(points, key=lambda code: (-points[code], code))
        best, second = (*(points[code] for code in ranking[:2]), 0, 0)[:2]
        sure = rules.confidence(best, second)
        chosen = [] if sure is Confidence.LOW else ranking[:1]
        others = [code for code in ranking if code not in chosen][: rules.ALTERNATIVES]
        spoke_for = set(chosen or others)
        return Suggestion(
            best=next((self.propose(code, text, area) for code in chosen), None),
            confidence=sure,
            words=tuple(dict.fromkeys(word for word, _ in hits if self._means(word, spoke_for))),
            alternatives=tuple(self.propose(code, text, area) for code in others),
        )

    def propose(self, matter_code: str, text: str = "", area: str = "") -> Proposal:
        """For a matter somebody already chose: the rule its words call for and the unit. Raises BadInput."""
        return Proposal(
            self.catalogue.matter(matter_code),
            rules.fitting_rule(self.catalogue.rules_for(matter_code), plain(text)),
            self.matrix.unit_for(matter_code, area),
        )

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
