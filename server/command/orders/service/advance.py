"""One step of the flow, done right: state, clocks, flags, counters, flow record, followers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlmodel import col, select, update

from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import FilingRule
from server.command.library import Library
from server.command.orders import adjust, docket, queries, rules
from server.command.orders.facts import ApplicationState, RulingState
from server.command.orders.flow import ALL_CLOCKS, FLOW, OrderAction, OrderState
from server.command.orders.tables import WorkOrder
from server.kernel.actors import SYSTEM, Actor
from server.kernel.calendar import Limit, TimeUnit, day_of
from server.kernel.errors import NotFound, StaleVersion
from server.kernel.flow import Clock
from server.platform import sla
from server.platform.work import Moved, Office, Work

KIND = "order"
EVERY = ""  # the follower of orders whatever their source


async def seen(work: Work, id: str, version: int | None = None) -> WorkOrder:
    """The order this actor may see, locked for change. Raises NotFound, or StaleVersion."""
    rows = queries.one(work.actor, id).with_for_update()
    order = (await work.session.exec(rows)).one_or_none()
    if order is None:
        raise NotFound(subject=id)  # absent and hidden must look the same
    if version is not None and order.version != version:
        raise StaleVersion(subject=id, seen=version, now=order.version)
    return order


async def advance(
    work: Work, order: WorkOrder, action: OrderAction, *, opinion: str = "", receiver: str = "",
    detail: Mapping[str, Any] | None = None, photo_ids: Sequence[str] = (), by: Actor | None = None,
) -> None:  # fmt: skip
    """Take one step of FLOW and everything that goes with it. The caller has asked the guards."""
    row = FLOW.step(OrderState(order.state), action, (by or work.actor).post)
    was = standing(order)
    order.state = row.target
    if order.pending and not adjust.outlives(order.pending, order.state):
        await lapse(work, order)
    with work.session.no_autoflush:  # one step is one UPDATE, and one version
        await turn(work, order, row.clock)
        await settle(work, order, was)
    note(work, order, action, source=row.source, target=row.target, opinion=opinion, receiver=receiver,
         detail={**(detail or {}), **({"photos": list(photo_ids)} if photo_ids else {})}, by=by)  # fmt: skip
    for source in (order.source, EVERY):
        if follower := work.office.followers.get(source):
            await follower(work, Moved(KIND, order.id, order.source_id, action, opinion))
    if order.parent_id:
        await _tell_whole(work, order, action)


async def _tell_whole(work: Work, part: WorkOrder, action: OrderAction) -> None:
    """What a part does to its whole: taken in hand with the first signature, over with the last part.

    The parts never wait for the whole, and whoever holds a part takes the whole after it.
    """
    if action is not OrderAction.SIGN and rules.is_open(part.state):
        return
    rows = select(WorkOrder).where(WorkOrder.id == part.parent_id).with_for_update()
    whole = (await work.session.exec(rows.execution_options(populate_existing=True))).one()
    if whole.state != OrderState.SPLIT:
        return
    if action is OrderAction.SIGN:
        follower = work.office.followers.get(whole.source)
        if follower:
            await follower(work, Moved(KIND, whole.id, whole.source_id, action))
        return
    parts = list(await work.session.exec(queries.parts_in_hand(whole.id)))
    if any(rules.is_open(each.state) for each in parts):
        return
    done = [each for each in parts if each.state == OrderState.CLOSED]
    if not done:
        await advance(work, whole, OrderAction.REJOIN, by=SYSTEM)
        return
    units = work.office.of(Library).units
    told = [f"{units[each.unit_id].name}：{each.result_text}" for each in done if each.result_text]
    whole.result_text = "\n".join(told)
    whole.handled_at = max((each.handled_at for each in done if each.handled_at), default=work.now)
    whole.cover_id = whole.cover_id or next((each.cover_id for each in done if each.cover_id), "")
    await advance(work, whole, OrderAction.PARTS_DONE, opinion=whole.result_text, by=SYSTEM)
    whole.closed_at = work.now
    await advance(work, whole, OrderAction.CLOSE, opinion=whole.result_text, by=SYSTEM)  # he reads it


def note(
    work: Work, order: WorkOrder, action: str, *, source: str = "", target: str = "",
    opinion: str = "", receiver: str = "", detail: Mapping[str, Any] | None = None, by: Actor | None = None,
) -> None:  # fmt: skip
    """The flow record of a step, and the news of it to everybody the order concerns."""
    work.record(f"{KIND}.{action}", KIND, order.id, area=order.area, source=source, target=target,
                opinion=opinion, receiver=receiver, detail=detail, touches=touches(order), by=by)  # fmt: skip


def touches(order: WorkOrder) -> list[str]:
    """Whom news of the order concerns, beside those who watch its area."""
    people = {order.verifier_id, order.checker_id, order.reporter_id, order.handler_id} - {""}
    units = {order.unit_id, *order.returned_by.split("|"), *adjust.shares_of(order.also)} - {""}
    cells = {order.cell} - {""} if not order.against else set()
    marks = [f"person:{p}" for p in people] + [f"unit:{u}" for u in units] + [f"cell:{c}" for c in cells]
    return [mark for mark in marks if f"|{mark}|" not in order.against]


async def lapse(work: Work, order: WorkOrder) -> None:
    """The case went on, so what was asked about it needs no answer any more."""
    application = await docket.waiting(work.session, order.id)
    if application:
        application.state, application.decided_at = ApplicationState.LAPSED, work.now
    ruling = await docket.proposed(work.session, order.id)
    if ruling:
        ruling.state = RulingState.REFUSED
    order.pending = ""


# ── clocks ────────────────────────────────────────────────────────────────────────────────────────


async def turn(work: Work, order: WorkOrder, clock: Clock) -> None:
    """Start, pause, resume and stop the timers a step names."""
    if clock.stop == ALL_CLOCKS:
        await sla.stop_all(work, KIND, order.id)
        return
    for name in clock.stop:
        await sla.stop(work, KIND, order.id, name)
    for name in clock.pause:
        await sla.pause(work, KIND, order.id, name, why=order.state)
    for name in clock.resume:
        await sla.resume(work, KIND, order.id, name)
    for name in clock.start:
        limit = handle_limit(order) if name == "handle" else rules.STAGE_LIMITS[name]
        timer = await sla.start(work, KIND, order.id, name, limit, area=order.area)
        if name == "handle" and order.bundled_due_at is None:
            order.bundled_due_at = timer.due_at


def handle_limit(order: WorkOrder) -> Limit:
    """The limit of the present round of handling."""
    value, unit = order.handle_limit.split()
    return Limit(float(value), TimeUnit(unit))


def set_handle_limit(order: WorkOrder, limit: Limit) -> None:
    """The next start of the handle timer takes this."""
    order.handle_limit = f"{limit.value:g} {limit.unit}"


async def bundle_anew(work: Work, order: WorkOrder, limit: Limit) -> None:
    """The deadline over all rounds, had this been the limit: from the first dispatch, pauses left out."""
    mine = select(sla.Timer).where(
        sla.Timer.subject_kind == KIND, sla.Timer.subject_id == order.id, sla.Timer.name == "handle"
    )
    handling = (await work.session.exec(mine.order_by(col(sla.Timer.started_at)))).all()
    if not handling or order.bundled_due_at is None:
        return
    pauses = await sla.pauses_of(work.session, handling)
    rested = sorted(pause for timer in handling for pause in pauses[timer.id])
    whole = Limit(limit.value * (1 + order.extension_times), limit.unit)
    order.bundled_due_at = work.office.calendar.due(handling[0].started_at, whole, rested)


async def handle_clock(work: Work, order: WorkOrder) -> sla.Timer | None:
    """The clock of the present round of handling, running or paused; None when there is none."""
    return next((t for t in await sla.live(work, KIND, order.id) if t.name == "handle"), None)


class Housed(Protocol):
    """Whatever knows its office: a unit of work, or what answers a question."""

    @property
    def office(self) -> Office: ...


def catalogue_of(work: Housed, order: WorkOrder) -> Catalogue:
    """The edition an order is filed under for its whole life; what holds, as long as it is not filed.

    Raises StaleVersion in the second before this process has taken the edition up.
    """
    library = work.office.of(Library)
    if order.state == OrderState.REPORTED:
        return library.catalogue
    edition = library.pinned(order.catalogue_ref)
    if edition is None:
        raise StaleVersion(subject=order.id, seen=order.version, now=order.version)
    return edition


def rule_of(work: Housed, order: WorkOrder) -> FilingRule:
    """The filing rule the order was filed under, as its own edition has it."""
    return catalogue_of(work, order).rule(order.rule_id)


def rule_limit(work: Housed, order: WorkOrder) -> Limit:
    """The limit of the filing rule the order was filed under."""
    return rule_of(work, order).limit


Standing = tuple[str, bool, bool]


def standing(order: WorkOrder) -> Standing:
    """What the counters know of an order: its area, whether it is open, whether it is overdue."""
    return counted_in(order), rules.is_open(order.state), order.overdue


def counted_in(order: WorkOrder) -> str:
    """Where an order counts: what complains about somebody counts for the district only, else the figure of
    his street would tell him of it."""
    return order.area[:6] if order.against else order.area


async def settle(work: Work, order: WorkOrder, was: Standing) -> None:
    """Refresh the deadline and the overdue flag from the clocks, and the counters from the change."""
    running = await sla.live(work, KIND, order.id)
    nearest = pressing(running)
    order.due_at = nearest.due_at if nearest else None
    order.due_clock = nearest.name if nearest else ""
    order.overdue = rules.counts(order.state) and any(
        timer.level >= 100 for timer in running if timer.name != "decide"
    )
    recount(work, order, was)


def pressing(live: Sequence[sla.Timer]) -> sla.Timer | None:
    """The clock whose deadline an order shows: the stage's nearest, or the promise where no stage runs."""
    stage = [timer for timer in live if timer.name not in rules.ASIDE and timer.due_at] or [
        timer for timer in live if timer.due_at
    ]
    return min(stage, key=lambda timer: timer.due_at or queries.FAR, default=None)


def recount(work: Work, order: WorkOrder, was: Standing) -> None:
    """Move the standing counters, and today's change of them, from `was` to what is."""
    before, after = was, standing(order)
    today = day_of(work.now)
    for (area, is_open, overdue), n in ((before, -1), (after, +1)):
        if is_open:
            work.count("open", area, n)
            work.count("open", area, n, today)
        if is_open and overdue:
            work.count("overdue", area, n)
            work.count("overdue", area, n, today)


def count_rating(work: Work, order: WorkOrder, n: int) -> None:
    """Add `n` to what counts ratings, on the day of this order's; nothing while it has none."""
    if order.rated_at is None:
        return
    day = day_of(order.rated_at)
    area = counted_in(order)
    work.count("rated", area, n, day)
    if order.satisfied:
        work.count("satisfied", area, n, day)


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """A clock reached 80, 100 or 150 %: raise the flag, tell those concerned. No version changes:
    a clock must not take the form out of anybody's hands."""
    rows = queries.one(work.actor, timer.subject_id).with_for_update()  # a step may be closing it just now
    order = (await work.session.exec(rows.execution_options(populate_existing=True))).one_or_none()
    if order is None or not rules.is_open(order.state):
        return
    if level >= 100 and not order.overdue and timer.name != "decide" and rules.counts(order.state):
        was = standing(order)
        statement = update(WorkOrder).where(col(WorkOrder.id) == order.id).values(overdue=True)
        await work.session.exec(statement, execution_options={"synchronize_session": False})
        recount_flag(work, was)
    work.record(f"{KIND}.clock_{level}", KIND, order.id, area=order.area, detail={"clock": timer.name},
                touches=touches(order))  # fmt: skip
    follower = work.office.followers.get(order.source)
    if follower:
        await follower(work, Moved(KIND, order.id, order.source_id, f"clock_{level}"))
    for heed in work.office.heeding:
        await heed(work, timer, level)


def recount_flag(work: Work, was: Standing) -> None:
    """One open order became overdue."""
    area, _, _ = was
    work.count("overdue", area, 1)
    work.count("overdue", area, 1, day_of(work.now))
