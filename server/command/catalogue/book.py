"""The catalogue in memory: one edition, read once and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Self, TypeVar

from server.command.catalogue import files, plan
from server.command.catalogue.entries import (
    Approval,
    Control,
    FilingRule,
    Matter,
    MatterKind,
    Question,
    prefixes,
)
from server.command.catalogue.initials import initials
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import BadInput, NotFound
from server.platform.tabular import Row, Tables

T = TypeVar("T")


@dataclass(frozen=True)
class Catalogue:
    """What can be reported and by when it must be put right.

    An order keeps `ref`, the matter's code and the rule's id, so a later edition does not move it.
    Basis: GB/T 47678.5-2026 tables A.1 and C.1; the limits and the local rows are the city's.
    """

    ref: str  # of the standard; of a later edition with its number: GB/T 47678.5-2026@3
    components: Mapping[str, Matter]
    matters: Mapping[str, Matter]
    rules: Mapping[str, tuple[FilingRule, ...]]  # by matter code, never none
    common: tuple[str, ...]  # codes to show first when nothing is asked for
    approved: Mapping[str, Approval]  # by code prefix, the longest decides
    controls: tuple[Control, ...]
    questions: Mapping[str, Question]  # by code

    @classmethod
    def load(cls, data: Path, keywords: Mapping[str, Iterable[str]] | None = None) -> Self:
        """The edition in `data`/catalogue; `keywords` are what people call a matter, by its code.

        Raises ValueError where the files contradict each other.
        """
        national, local, rules = files.read(data / "catalogue")
        found = cls.of(plan.shipped(national, local, rules), national.ref, local.ref, keywords)
        if strangers := (keywords or {}).keys() - found.matters.keys():
            raise ValueError(f"not in the catalogue: {sorted(strangers)}")
        return found

    @classmethod
    def of(
        cls, tables: Tables, ref: str, local: str, keywords: Mapping[str, Iterable[str]] | None = None,
        like: Self | None = None,
    ) -> Self:  # fmt: skip
        """The catalogue that fitting tables are. What is the same in `like` is shared with it.

        `ref` names the edition; what the city numbered itself has `local` for its source.
        """
        source = ref.partition("@")[0]
        words = keywords or {}
        components = {
            row["code"]: _entry(
                row, MatterKind.COMPONENT, local if _yes(row, "is_local_extension") else source
            )
            for row in tables[plan.COMPONENTS]
        }
        asked = [(plan.listed(row["matters"]), _question(row)) for row in tables.get(plan.QUESTIONS, ())]
        matters = {
            row["code"]: _matter(row, source, local, words, [
                question for whom, question in asked if row["code"].startswith(whom)
            ]) for row in tables[plan.MATTERS]
        }  # fmt: skip
        rules: dict[str, list[FilingRule]] = {code: [] for code in matters}
        for row in sorted(tables[plan.RULES], key=lambda row: int(row["no"])):
            rules[row["matter_code"]].append(_rule(row))
        usual = [(float(row["common"]), row["code"]) for row in tables[plan.MATTERS] if row.get("common")]
        return cls(
            ref=ref, components=_shared(components, like.components if like else None),
            matters=_shared(matters, like.matters if like else None),
            rules=_shared({code: tuple(of) for code, of in rules.items()}, like.rules if like else None),
            common=tuple(code for _, code in sorted(usual) if not matters[code].retired),
            approved={row["matter_code"]: _approval(row) for row in tables[plan.IN_GRID]},
            controls=tuple(map(_control, tables[plan.CONTROLS])),
            questions={question.code: question for _, question in asked},
        )  # fmt: skip

    def matter(self, code: str) -> Matter:
        """The matter of that code. Raises BadInput naming matterCode."""
        try:
            return self.matters[code]
        except KeyError:
            raise BadInput(field="matterCode", matter=code) from None

    def offers(self, code: str) -> bool:
        """Whether something new may be filed under that code: it is known and not retired."""
        return code in self.matters and not self.matters[code].retired

    def rules_for(self, code: str) -> tuple[FilingRule, ...]:
        """Its filing rules, never none; the first holds when nothing speaks for another. Raises BadInput."""
        return self.rules[self.matter(code).code]

    def rule(self, id: str) -> FilingRule:
        """The filing rule an order is pinned to. Raises NotFound."""
        for rule in self.rules.get(id.partition("-")[0], ()):
            if rule.id == id:
                return rule
        raise NotFound(subject=id)

    def in_grid(self, code: str, on: date | None = None) -> bool:
        """Approved into the grid (入格) on that day, or at all. Others cannot be filed, only referred."""
        if not self.offers(code):
            return False
        known = next((self.approved[prefix] for prefix in prefixes(code) if prefix in self.approved), None)
        return known is not None and known.holds(on)

    def control(self, code: str, area: str, at: datetime) -> Control | None:
        """What forbids officers to report the matter there and then (`at` in local time)."""
        return next((control for control in self.controls if control.covers(code, area, at)), None)

    def asks(self, question: str, answer: str) -> bool:
        """Whether that is a choice it offers."""
        return question in self.questions and answer in self.questions[question].answers

    def search(self, text: str, first: int = 20) -> list[Matter]:
        """Matters by code, old code, name, keyword or pinyin initials, best first; the common ones for "".

        Among equals the common come first, then the catalogue's order. What is retired is not found.
        """
        wanted = text.strip().lower()
        usual = {code: place for place, code in enumerate(self.common)}
        ranked = [
            (rank, usual.get(matter.code, len(usual)), place, matter)
            for place, matter in enumerate(self.matters.values())
            if not matter.retired and (rank := _rank(matter, wanted)) is not None
        ]
        return [matter for *_, matter in sorted(ranked, key=lambda row: row[:3])[:first]]


def _yes(row: Row, column: str) -> bool:
    return row.get(column) == plan.YES


def _entry(
    row: Row, kind: MatterKind, source: str, keywords: tuple[str, ...] = (),
    questions: Iterable[Question] = (),
) -> Matter:  # fmt: skip
    return Matter(
        source, kind, row["code"], row["name"], row["category"], keywords, row.get("old_code", ""),
        _yes(row, "retired"), tuple(questions),
    )  # fmt: skip


def _matter(
    row: Row, source: str, local: str, words: Mapping[str, Iterable[str]], asked: Iterable[Question]
) -> Matter:
    called = tuple(dict.fromkeys([*plan.listed(row.get("keywords", "")), *words.get(row["code"], ())]))
    if _yes(row, "is_local_extension"):
        return _entry(row, MatterKind.LOCAL, local, called, asked)
    return _entry(row, MatterKind.MATTER, source, called, asked)


def _question(row: Row) -> Question:
    return Question(row["code"], row["words"], plan.listed(row["answers"]))


def _rule(row: Row) -> FilingRule:
    code = row["matter_code"]
    return FilingRule(
        id=f"{code}-{int(row['no'])}", matter_code=code, condition=row["condition"],
        limit=Limit(float(row["limit_value"]), TimeUnit[row["limit_unit"]]),
        close_condition=row["close_condition"], words=plan.listed(row.get("words", "")),
        default=_yes(row, "is_default"), legal_basis=row.get("legal_basis", ""),
        collection_notes=row.get("collection_notes", ""),
    )  # fmt: skip


def _day(row: Row, column: str) -> date | None:
    return date.fromisoformat(row[column]) if row.get(column) else None


def _approval(row: Row) -> Approval:
    return Approval(row["status"] == plan.APPROVED, _day(row, "effective_from"))


def _control(row: Row) -> Control:
    hours = [time.fromisoformat(row[name]) for name in ("from_time", "until_time") if row.get(name)]
    return Control(
        row["no"], plan.listed(row["matters"]), row["area"], row["reason"], row.get("weekdays", ""),
        (hours[0], hours[1]) if hours else None, _day(row, "from_on"), _day(row, "until_on"),
    )  # fmt: skip


def _shared(new: Mapping[str, T], old: Mapping[str, T] | None) -> Mapping[str, T]:
    """`new`, with those of its values that `old` has alike: an edition more costs little memory."""
    if old is None:
        return new
    return {key: old[key] if old.get(key) == value else value for key, value in new.items()}


def _rank(matter: Matter, wanted: str) -> int | None:
    """How well a matter answers, 0 best; None when it does not."""
    if matter.code.lower().startswith(wanted) or matter.name.startswith(wanted):
        return 0
    if wanted in matter.name or wanted in matter.keywords or _is_old(matter.old_code, wanted):
        return 1
    if any(wanted in word for word in matter.keywords):
        return 2
    return 3 if wanted in initials(matter.name) else None


def _is_old(old: str, wanted: str) -> bool:
    """事件01-10 is found by itself, by 01-10 and by 0110."""
    return bool(old) and wanted in {old, old[2:], old[2:].replace("-", "")}
