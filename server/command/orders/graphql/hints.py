"""What the platform would do with an order: the kept suggestion, with today's names and experience."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import FilingRule, Kept, Matter, matter_of, unit_of
from server.command.library import Library
from server.command.orders import queries
from server.command.orders.tables import WorkOrder as Row
from server.command.triage.rules import Confidence
from server.graph.context import Info
from server.identity.graphql import Unit
from server.kernel.actors import OFFICER, Role


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
    due_at: datetime | None = strawberry.field(description="Handling deadline if it were dispatched now.")
    alternatives: list[Alternative]
    same_kind90: int = strawberry.field(description="Cases of this kind in 90 days that went to a unit …")
    same_kind_by_unit90: int = strawberry.field(description="… and how many of them to the suggested one.")


async def suggestion(info: Info, row: Row) -> Suggestion:
    """The kept suggestion, with today's names, deadline and experience."""
    office = info.context.office
    library, kept = office.of(Library), Kept.of(row.suggestion)
    best = kept.best
    rule = library.catalogue.rule(best["rule"]) if best else None
    total = mine = 0
    if best:
        async with office.reading() as session:
            total, mine = await queries.same_kind(session, best["matter"], best["unit"], office.clock())
    return Suggestion(
        confidence=Confidence(kept.confidence), words=kept.words,
        matter=matter_of(office, best["matter"]) if best else None,
        rule=FilingRule.of(rule) if rule else None, unit=unit_of(info, best["unit"]) if best else None,
        due_at=office.calendar.due(office.clock(), rule.limit) if rule else None,
        alternatives=[
            Alternative(
                matter=Matter.of(library.catalogue.matter(option["matter"])),
                rule=FilingRule.of(library.catalogue.rule(option["rule"])),
                unit=unit_of(info, option["unit"]),
            ) for option in kept.alternatives
        ],
        same_kind90=total, same_kind_by_unit90=mine,
    )  # fmt: skip
