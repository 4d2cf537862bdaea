"""What one does with notices."""

import strawberry

from server.command.notices import queries, service
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.graph.paging import MOST
from server.kernel.actors import EVERYONE
from server.kernel.errors import BadInput


@strawberry.type
class Mutation:
    """Notices' part of the root."""

    @mutation_for(*EVERYONE)
    async def read_notices(self, info: Info, ids: list[strawberry.ID]) -> int:
        """These have been seen. Answers how many still wait."""
        if len(ids) > MOST:
            raise BadInput(field="ids", most=MOST)
        office, actor = info.context.office, info.context.actor
        async with office.work(actor) as work:
            await service.read(work, ids)
        return int(await office.read.value(queries.read_unread(actor)))

    @mutation_for(*EVERYONE)
    async def read_all_notices(self, info: Info) -> int:
        """全部已读. Answers how many still wait."""
        office, actor = info.context.office, info.context.actor
        async with office.work(actor) as work:
            await service.read_all(work)
        return int(await office.read.value(queries.read_unread(actor)))
