"""重新办理: at most twice, and one level up."""

from server.command.orders.service import visit as carrying
from server.command.requests import errors, queries, rules
from server.command.requests.service.take import A, take
from server.command.requests.tables import CitizenRequest
from server.identity.queries import handlers_of
from server.kernel.actors import Post
from server.kernel.errors import NotFound
from server.platform.work import Work


async def may_go_back(work: Work, request: CitizenRequest) -> bool:
    """At most twice, and not once it is part of another's case (domain G2)."""
    if request.merged or request.reopen_times >= rules.MAX_REOPENINGS:
        return False
    return not request.order_id or await carrying.may_go_back(work, request.order_id)


async def one_level_up(work: Work, request: CitizenRequest) -> None:
    """Another round, for the unit's head where there is one; the last round's reply stays in its history."""
    request.reopen_times += 1
    request.outcome = request.reply = request.replied_by = request.confirmed_by = ""
    request.impossible, request.plan_on, request.leader_asked_at, request.answered_at = (
        False,
        None,
        None,
        None,
    )
    if request.unit_id:
        staff = await handlers_of(work.session, request.unit_id, now=work.now)
        heads = [each.id for each in staff if each.post is Post.UNIT_HEAD]
        others = [id for id in heads if id != request.handler_id]
        request.handler_id = next(iter([*others, *heads]), "")


async def reopen(work: Work, id: str, text: str) -> CitizenRequest:
    """The return visit found it unsolved. Raises NotReopenable."""
    rows = queries.one(work.actor, id).with_for_update().execution_options(populate_existing=True)
    request = (await work.session.exec(rows)).one_or_none()
    if request is None:
        raise NotFound(subject=id)
    if not await may_go_back(work, request):
        raise errors.NotReopenable
    await one_level_up(work, request)
    await take(work, request, A.REOPEN, opinion=text)
    return request
