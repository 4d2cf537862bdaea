"""What moves among supervisions."""

from functools import partial

import strawberry

from server.command.orders.graphql.live import interest
from server.graph.live import live_for, subject
from server.kernel.actors import LEADER, OFFICER
from server.platform.news import Told
from server.supervision.orders import rules, service
from server.supervision.orders.graphql.types import Supervision, SupervisionEvent
from server.supervision.orders.tables import Supervision as Row


@strawberry.type
class Subscription:
    """Supervisions' part of the live root."""

    @live_for(OFFICER, LEADER, interest=partial(interest, topic=service.KIND), of=Row, sees=rules.sees,
              hides=rules.hides)  # fmt: skip
    def live_supervisions(self, told: Told, row: Row | None) -> SupervisionEvent:
        """What moved after `since`. A hint: the list query stays the truth."""
        return SupervisionEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, supervision_id=subject(told),
            supervision=Supervision(row=row) if row else None,
        )  # fmt: skip
