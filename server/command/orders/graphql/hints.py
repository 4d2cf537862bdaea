"""What the platform would do with an order: the kept suggestion, with today's names and experience."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import strawberry

from server.command.graphql.types import FilingRule, Kept, Matter, matter_of, unit_of
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
    same_kind_by_unit90: int = strawberry.field(description="… and how many of them to the suggested one.")


async def load_suggestions(context: Context, kept: list[dict[str, Any]]) -> list[Suggestion]:
    """The kept suggestions, with today's names, deadlines and experience."""
    office = context.office
    every = [Kept.of(each) for each in kept]
    codes = {each.best["matter"] for each in every if each.best}
    sent = await queries.same_kind(office.read, codes, office.clock()) if codes else {}
    return [_suggestion(office, each, sent) for each in every]


def _suggestion(office: Office, kept: Kept, sent: Mapping[str, Mapping[str, int]]) -> Suggestion:
    catalogue, best = office.of(Library).catalogue, kept.best
    rule = catalogue.rule(best["rule"]) if best else None
    units = sent.get(best["matter"], {}) if best else {}
    return Suggestion(
        confidence=Confidence(kept.confidence), words=kept.words, category=kept.category or None,
        failed=kept.failed,
        matter=matter_of(office, best["matter"]) if best else None,
        rule=FilingRule.of(rule) if rule else None, unit=unit_of(office, best["unit"]) if best else None,
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
