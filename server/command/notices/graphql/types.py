"""What a notice looks like to the person it is for."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import unit_of
from server.command.notices.tables import Notice as Row
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import EVERYONE, Role


@strawberry.type
class Notice(View[Row]):
    """One thing this person is told."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID = column()
    at: datetime = column()
    key: str = column(description="Of its sentence: notice.<key>.")
    stage: str = column(of="clock", description='Whose limit it is about, clock.<stage>; "" for none.')
    subject_kind: str = column(description="What it is about: order, request, supervision, …")
    subject_id: strawberry.ID = column()
    no: str = column()
    title: str = column()
    urgent: bool = column()
    read_at: datetime | None = column(description="Null while it waits to be read.")

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        """The unit the case was with then."""
        return unit_of(info.context.office, self.row.unit_id)


@strawberry.type
class NoticePage:
    """Some notices, and where the next ones begin."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    items: list[Notice]
    next: str | None


@strawberry.type
class NoticeEvent:
    """A notice came, or was read on another device. `unread` is asked anew."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    cursor: str
    verb: str
    at: datetime
    notice: Notice | None
