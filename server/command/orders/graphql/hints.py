"""What the platform would do with an order: the kept suggestion, with today's names and experience."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import strawberry

from server.command.catalogue.book import Catalogue
from server.command.graphql.types import FilingRule, Kept, Matter, unit_of
from server.command.library import Library
from server.command.orders import queries
from server.command.triage.rules import Confidence
from server.graph.context import Context
from server.identity.graphql import Unit
from server.kernel.actors import OFFICER, Role
from server.platform.work import Office


@strawberry.type
class Alternative:
    """Another way to go, one tap away."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    matter: Matter
    rule: FilingRule | None
    unit: Unit | None


@strawberry.type
class Suggestion:
    """What the platform would do, how sure it is, and which words it rests on."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    confidence: Confidence
    matter: Matter | None
    rule: FilingRule | None
    unit: Unit | None
    words: list[str]
    category: str | None = strawberry.field(description="What class of message it is, by the district's own.")
    failed: bool = strawberry.field(description="The service broke; a person chooses, nothing else changes.")
    due_at: datetime | None = strawberry.field(description="Handling deadline if it were dispatched now.")
    alternatives: list[Alternative]
    same_kind90: int = strawberry.field(description="Cases of this kind in 90 days that went to a unit …")
    ruled: str | None = strawberry.field(description="Number of the case whose ruling named the unit.")
    same_kind_by_unit90: int = strawberry.field(description="… and how many of them to the suggested one.")


@strawberry.type
class RoutedBy:
    """The routing rule that chose the unit: 按规则 3：夜间噪声 → 区城管局."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    no: int
    name: str
    unit: Unit | None
    person: str | None = strawberry.field(description="The staff number it names, if any.")
    edition: int


def routed_by(office: Office, suggestion: Mapping[str, Any]) -> RoutedBy | None:
    """Out of what is kept with the order; None when the responsibility matrix or a person chose."""
    by = suggestion.get("routed")
    if not by:
        return None
    return RoutedBy(
        no=by["no"], name=by["name"], unit=unit_of(office, by["unit"]), person=by["person"] or None,
        edition=by["edition"],
    )  # fmt: skip


async def load_suggestions(context: Context, asked: list[tuple[dict[str, Any], str]]) -> list[Suggestion]:
    """The kept suggestions, out of the edition each order chooses from, with today's experience."""
    office = context.office
    every = [_possible(Kept.of(kept), office.of(Library).shown(ref)) for kept, ref in asked]
    codes = {each.best["matter"] for each in every if each.best}
    sent = await queries.same_kind(office.read, codes, office.clock()) if codes else {}
    return [
        _suggestion(office, office.of(Library).shown(ref), each, sent)
        for (_, ref), each in zip(asked, every, strict=True)
    ]


def _possible(kept: Kept, catalogue: Catalogue) -> Kept:
    """Without the matters that were retired since; a rule that is gone gives way to the usual one."""

    def now(option: dict[str, str]) -> dict[str, str]:
        rules = [rule.id for rule in catalogue.rules_for(option["matter"])]
        return option if option["rule"] in rules else {**option, "rule": rules[0]}

    best = kept.best if kept.best and catalogue.offers(kept.best["matter"]) else None
    others = [now(option) for option in kept.alternatives if catalogue.offers(option["matter"])]
    return replace(kept, best=now(best) if best else None, alternatives=others)


def _suggestion(
    office: Office, catalogue: Catalogue, kept: Kept, sent: Mapping[str, Mapping[str, int]]
) -> Suggestion:
    best = kept.best
    rule = catalogue.rule(best["rule"]) if best else None
    units = sent.get(best["matter"], {}) if best else {}
    return Suggestion(
        confidence=Confidence(kept.confidence), words=kept.words, category=kept.category or None,
        failed=kept.failed,
        matter=Matter.of(catalogue.matter(best["matter"])) if best else None,
        rule=FilingRule.of(rule) if rule else None, unit=unit_of(office, best["unit"]) if best else None,
        ruled=(best or {}).get("ruled"),
        due_at=office.calendar.due(office.clock(), rule.limit) if rule else None,
        alternatives=[
            Alternative(
                matter=Matter.of(catalogue.matter(option["matter"])),
                rule=FilingRule.of(catalogue.rule(option["rule"])),
                unit=unit_of(office, option["unit"]),
            ) for option in kept.alternatives
        ],
        same_kind90=sum(units.values()), same_kind_by_unit90=units.get(best["unit"], 0) if best else 0,
    )  # fmt: skip
