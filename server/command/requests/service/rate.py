"""评价: the citizen's answer, what it sends back, and who calls about it."""

from collections.abc import Sequence

from sqlalchemy.orm.attributes import flag_modified

from server.command.orders.service import visit as carrying
from server.command.requests import queries, rules
from server.command.requests.flow import FLOW, RequestState
from server.command.requests.rules import Outcome, RatingReason, ServiceLevel, Solved, VisitReason
from server.command.requests.service import visits
from server.command.requests.service.again import may_go_back, one_level_up
from server.command.requests.service.take import TEXT_LIMIT, A, note, seen, take
from server.command.requests.tables import CitizenRequest, Rating
from server.kernel.text import clean_text
from server.platform import files
from server.platform.work import Work


async def rate(
    work: Work, *, id: str, version: int, solved: Solved, level: ServiceLevel,
    reasons: Sequence[RatingReason], text: str, photo_ids: Sequence[str],
) -> CitizenRequest:  # fmt: skip
    """Solved is asked apart from satisfied. 未解决 sends it back while it may.

    For seven days it may be thought over. Raises RatingFixed, IllegalStep.
    """
    request = await seen(work, id, version)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    detail = {"solved": solved, "level": level, "photos": list(photo_ids)}
    unsolved = solved is Solved.UNSOLVED
    if request.state == RequestState.CLOSED:
        row = await queries.rating_of(work.session, id, request.reopen_times)
        rules.needs_changeable(row.at if row else None, work.now)
        assert row is not None
        newly = unsolved and row.solved != Solved.UNSOLVED
        row.solved, row.level, row.reasons, row.text = solved, level, "|".join(reasons), words
        await _claim(work, photo_ids, request)
        request.outcome = Outcome.STILL_UNSOLVED if unsolved else Outcome.RATED
        flag_modified(request, "outcome")  # the rating is part of it: its version goes up
        note(work, request, "rate_again", opinion=words, detail=detail)
        if request.order_id:
            await carrying.rated(work, request.order_id, request_id=id, solved=solved, level=level,
                                 satisfied=level in rules.GOOD, unsolved=newly,
                                 again=False, text=words)  # fmt: skip
        await _call(work, request, level, unsolved)
        return request
    again = unsolved and await may_go_back(work, request)
    step = FLOW.step(RequestState(request.state), A.REOPEN if again else A.RATE, work.actor.post)
    await _claim(work, photo_ids, request)
    work.session.add(Rating(
        request_id=id, round=request.reopen_times, order_id=request.order_id, solved=solved, level=level,
        reasons="|".join(reasons), text=words, at=work.now,
    ))  # fmt: skip
    await _call(work, request, level, unsolved)
    if again:
        await one_level_up(work, request)
    else:
        request.outcome = Outcome.STILL_UNSOLVED if unsolved else Outcome.RATED
    await take(work, request, step.action, opinion=words, detail=detail)
    if request.order_id:
        await carrying.rated(work, request.order_id, request_id=id, solved=solved, level=level,
                             satisfied=level in rules.GOOD, unsolved=unsolved,
                             again=again, text=words)  # fmt: skip
    return request


async def _claim(work: Work, photo_ids: Sequence[str], request: CitizenRequest) -> None:
    place = request.order_id or request.id
    await files.claim(work, photo_ids, "order", place, files.PhotoKind.RATING, later=True)


async def _call(work: Work, request: CitizenRequest, level: ServiceLevel, unsolved: bool) -> None:
    if unsolved or level not in rules.GOOD:
        why = VisitReason.UNSOLVED if unsolved else VisitReason.BAD_RATING
        await visits.open_for_request(work, request, why)
