"""A deadline that passes is a fact too, and nobody does it: what was rested on a clock is looked up daily."""

from datetime import timedelta

from server.command.orders.service import told
from server.platform import audit
from server.platform.rows import put
from server.platform.work import Office, Work
from server.supervision.evaluation.service.keep import KIND, keep

REACH = timedelta(days=3)  # a server may have been down for a while


async def count_overdue(office: Office, work: Work) -> int:
    """Count the open orders whose bundled deadline passed lately, as the clocks' marks do for most."""
    ids = await told.overdue_between(work.session, work.now - REACH, work.now)
    for id in ids:
        for statement, rows in await keep(work, [_passed(work, id)]):
            await put(work.session, statement, rows)
    return len(ids)


def _passed(work: Work, id: str) -> audit.Entry:
    """What the sweep would have recorded; it is no flow record, and the facts do not read it."""
    return audit.Entry(street="", at=work.now, verb="order.clock_100", subject_kind=KIND, subject_id=id,
                       actor_id=work.actor.id, role=work.actor.role, post=work.actor.post)  # fmt: skip
