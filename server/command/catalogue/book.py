"""The catalogue in memory: one edition, read once and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.command.catalogue import files
from server.command.catalogue.entries import FilingRule, Matter, MatterKind, prefixes
from server.command.catalogue.initials import initials
from server.kernel.errors import BadInput, NotFound

CODE_LENGTH: Final = 5  # category (2) and sub-type (3); anything shorter is a prefix


@dataclass(frozen=True)
class Catalogue:
    """What can be reported and by when it must be put right.

    An order keeps `ref`, the matter's code and the rule's id, so a later edition does not move it.
    Basis: GB/T 47678.5-2026 tables A.1 and C.1; the limits and the local rows are the city's.
    """

    ref: str
    components: Mapping[str, Matter]
    matters: Mapping[str, Matter]
    rules: Mapping[str, tuple[FilingRule, ...]]  # by matter code, never none
    common: tuple[str, ...]  # codes to show first when nothing is asked for
    approved: Mapping[str, bool]  # by code prefix, the longest decides

    @classmethod
    def load(cls, data: Path, keywords: Mapping[str, Iterable[str]] | None = None) -> "Catalogue":
        """The edition in `data`/catalogue; `keywords` are what people call a matter, by its code."""
        national, local, rules = files.read(data / "catalogue")
        called = {code: tuple(words) for code, words in (keywords or {}).items()}
        ref, suffix = national.ref, national.component_matter_suffix
        matters = {
            **_entries(ref, MatterKind.MATTER, national.components, called, suffix),
            **_entries(ref, MatterKind.MATTER, national.matters, called),
            **_entries(local.ref, MatterKind.LOCAL, local.matters, called),
        }
        named = {*called, *local.common, *(code for code in local.in_grid if len(code) == CODE_LENGTH)}
        if strangers := named - matters.keys():
            raise ValueError(f"not in the catalogue: {sorted(strangers)}")
        return cls(
            ref=ref,
            components=_entries(ref, MatterKind.COMPONENT, national.components),
            matters=matters,
            rules=_rules(rules, matters),
            common=local.common,
            approved=local.in_grid,
        )

    def matter(self, code: str) -> Matter:
        """The matter of that code. Raises BadInput naming matterCode."""
        try:
            return self.matters[code]
        except KeyError:
            raise BadInput(field="matterCode", matter=code) from None

    def rules_for(self, code: str) -> tuple[FilingRule, ...]:
        """Its filing rules, never none; the first holds when nothing speaks for another. Raises BadInput."""
        return self.rules[self.matter(code).code]

    def rule(self, id: str) -> FilingRule:
        """The filing rule an order is pinned to. Raises NotFound."""
        for rule in self.rules.get(id.partition("-")[0], ()):
            if rule.id == id:
                return rule
        raise NotFound(subject=id)

    def in_grid(self, code: str) -> bool:
        """Approved into the grid (入格). Others cannot be filed, only referred."""
        return next((self.approved[prefix] for prefix in prefixes(code) if prefix in self.approved), False)

    def search(self, text: str, first: int = 20) -> list[Matter]:
        """Matters by code, name, keyword or the name's pinyin initials, best first; the common ones for "".

        Among equals the common come first, then the catalogue's order.
        """
        wanted = text.strip().lower()
        usual = {code: place for place, code in enumerate(self.common)}
        ranked = [
            (rank, usual.get(matter.code, len(usual)), place, matter)
            for place, matter in enumerate(self.matters.values())
            if (rank := _rank(matter, wanted)) is not None
        ]
        return [matter for *_, matter in sorted(ranked, key=lambda row: row[:3])[:first]]


def _entries(
    ref: str,
    kind: MatterKind,
    categories: Iterable[files.Category],
    keywords: Mapping[str, tuple[str, ...]] = {},
    suffix: str = "",
) -> dict[str, Matter]:
    rows = ((c.code + item, name + suffix, c.name) for c in categories for item, name in c.items.items())
    return {code: Matter(ref, kind, code, name, of, keywords.get(code, ())) for code, name, of in rows}


def _rules(rules: files.Rules, codes: Iterable[str]) -> dict[str, tuple[FilingRule, ...]]:
    """By matter, in order of their numbers; a default serves a matter that no other group names."""
    found: dict[str, dict[int, FilingRule]] = {code: {} for code in codes}
    for group in sorted(rules.groups, key=lambda group: group.default):
        for code in [code for code in group.covers(found) if not (group.default and found[code])]:
            for row in group.rules:
                if row.no in found[code]:
                    raise ValueError(f"two filing rules {code}-{row.no}")
                found[code][row.no] = FilingRule(
                    id=f"{code}-{row.no}",
                    matter_code=code,
                    condition=row.condition,
                    limit=row.limit,
                    close_condition=row.close_condition,
                    words=row.words,
                    default=group.default,
                )
    if without := [code for code, by_no in found.items() if not by_no]:
        raise ValueError(f"no filing rule for {without}")
    return {code: tuple(by_no[no] for no in sorted(by_no)) for code, by_no in found.items()}


def _rank(matter: Matter, wanted: str) -> int | None:
    """How well a matter answers, 0 best; None when it does not."""
    if matter.code.lower().startswith(wanted) or matter.name.startswith(wanted):
        return 0
    if wanted in matter.name or wanted in matter.keywords:
        return 1
    if any(wanted in word for word in matter.keywords):
        return 2
    return 3 if wanted in initials(matter.name) else None
