"""发出的消息: what left the house and what did not, for the administrator."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.notices import queries, reach
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.identity.queries import names
from server.kernel.actors import CITIZEN, OFFICER, Role
from server.kernel.errors import NotFound
from server.kernel.masking import mask_name
from server.kernel.ways import Via
from server.platform.notify import Delivery, Exchange, Outgoing, sentence
from server.platform.words import Words


@strawberry.type
class OutgoingMessage:
    """A message on its way, or over."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    id: strawberry.ID
    via: Via
    key: str = strawberry.field(description="Of its sentence: notice.<key>.")
    text: str | None = strawberry.field(description="What it says; null outside the demo.")
    to: str = strawberry.field(description="The person, masked.")
    state: Delivery
    urgent: bool
    held: bool = strawberry.field(description="It waits, or waited, for the morning.")
    tries: int
    code: str = strawberry.field(description='Why it failed last; "" = it did not.')
    at: datetime
    next_at: datetime | None = strawberry.field(description="When it is tried next; null when it is over.")
    ended_at: datetime | None
    actions: list[str] = strawberry.field(description="What the administrator may do: resend.")


@strawberry.type
class OutgoingPage:
    """Some messages, and where the next ones begin."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    items: list[OutgoingMessage]
    next: str | None


@strawberry.type
class OutgoingCount:
    """How many messages are in a state."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    state: Delivery
    n: int


@strawberry.type
class OutgoingChannels:
    """The channels there are, and whether the demo keeps what would have been sent."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    vias: list[Via]
    demo: bool


@strawberry.type
class Query:
    """The administrator's part of the root."""

    @field_for(OFFICER)
    async def outgoing(
        self, info: Info, state: Delivery | None = None, via: Via | None = None, first: int = 20,
        after: str | None = None,
    ) -> OutgoingPage:  # fmt: skip
        """Messages, the newest first. Raises NotAllowed for anybody but administrators and auditors."""
        queries.needs_reader(info.context.actor)
        key = decode(after, datetime, str) if after else None
        rows = queries.outgoing(info.context.actor, state, via, bounded(first), key)
        found = await info.context.office.read.lines(rows)
        page = Page.of(found, first, lambda row: (row.created_at, row.id))
        return OutgoingPage(items=await _shown(info, list(page.items)), next=page.next)

    @field_for(OFFICER, most=5)
    async def outgoing_counts(self, info: Info) -> list[OutgoingCount]:
        """How many there are of each state."""
        queries.needs_reader(info.context.actor)
        found = dict(await info.context.office.read.tuples(queries.outgoing_counts(info.context.actor)))
        return [OutgoingCount(state=state, n=found.get(state, 0)) for state in Delivery]

    @field_for(OFFICER)
    async def outgoing_channels(self, info: Info) -> OutgoingChannels:
        """What the settings turned on."""
        queries.needs_reader(info.context.actor)
        exchange = info.context.office.of(Exchange)
        return OutgoingChannels(vias=sorted(exchange.channels), demo=exchange.shown)


@strawberry.type
class Mutation:
    """What the administrator does."""

    @mutation_for(OFFICER)
    async def resend_message(self, info: Info, id: strawberry.ID) -> OutgoingMessage:
        """重发: try one again that was refused or given up. Raises NotAllowed, NotFound."""
        queries.needs_administrator(info.context.actor)
        async with info.context.office.work(info.context.actor) as work:
            row = await reach.resend(work, id)
            if row is None:
                raise NotFound(subject=id)
        [shown] = await _shown(info, [row])
        return shown


async def _shown(info: Info, rows: list[Outgoing]) -> list[OutgoingMessage]:
    office, actor = info.context.office, info.context.actor
    exchange, words = office.of(Exchange), office.of(Words)
    people = await names(office.read, {row.person_id for row in rows})
    again = ["resend"] if queries.may_resend(actor) else []
    return [
        OutgoingMessage(
            id=strawberry.ID(row.id), via=Via(row.via), key=row.key,
            to=_masked(people.get(row.person_id), words),
            text=sentence(words, row.key, row.params) if exchange.shown else None,
            state=Delivery(row.state), urgent=row.urgent, held=row.held, tries=row.tries, code=row.code,
            at=row.at, next_at=row.next_at, ended_at=row.ended_at,
            actions=again if row.state in (Delivery.DEAD, Delivery.REFUSED) else [],
        )
        for row in rows
    ]  # fmt: skip


def _masked(person: tuple[str, Role] | None, words: Words) -> str:
    name, role = person or ("", CITIZEN)
    return mask_name(name) or words.say(f"person.{role.value}")
