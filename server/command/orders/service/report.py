"""A problem becomes a work order: patrol findings, citizens' cases, imports, all by one road."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from server.command.library import Library, frozen
from server.command.orders import rules
from server.command.orders.flow import FLOW, OrderAction
from server.command.orders.precedents import Precedents
from server.command.orders.rules import OrderSource
from server.command.orders.service.advance import (
    KIND,
    count_rating,
    counted_in,
    recount,
    settle,
    standing,
    touches,
)
from server.command.orders.tables import WorkOrder
from server.command.routing import service as routing
from server.kernel.actors import Post
from server.kernel.calendar import SHANGHAI, Limit, day_of
from server.kernel.errors import BadInput, NotFound
from server.kernel.geo import Wgs84
from server.kernel.masking import LEFT
from server.kernel.spots import spot
from server.kernel.text import clean_text
from server.platform import files, sla
from server.platform.areas import AreaLevel, AreaTree, OutsideDistrict
from server.platform.rows import ask, fresh, written
from server.platform.work import Moved, Office, Work

PREFIX = "LW"
RELOCATE = "relocate"  # what followers are told: its place is another
TEXT_LIMIT = 2000
ROUGH_M = {AreaLevel.STREET: 800, AreaLevel.COMMUNITY: 300, AreaLevel.CELL: 100}  # how wrong a label point is


@dataclass(frozen=True, slots=True)
class Spot:
    """Where: an area code, and the point when there is one (WGS-84)."""

    area: str
    cell: str = ""
    point: Wgs84 | None = None
    accuracy_m: int | None = None
    address: str = ""

    @property
    def lon(self) -> float | None:
        """Degrees east, when there is a point."""
        return self.point.lon if self.point else None

    @property
    def lat(self) -> float | None:
        """Degrees north, when there is a point."""
        return self.point.lat if self.point else None


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody found. `id` was minted on the phone, so the same report sent twice is one."""

    id: str
    source: OrderSource
    text: str
    spot: Spot
    source_id: str = ""
    matter_code: str = ""
    photo_ids: Sequence[str] = ()
    taken_at: datetime | None = None  # of the photos, as the phone says
    after_photo_ids: Sequence[str] = ()
    self_handled: bool = False
    contact: str = ""
    confidential: bool = False
    against: str = ""  # whom it complains about, see kernel/against.py
    likes: int = 0
    answers: Sequence[tuple[str, str]] = ()  # question and answer, see Library.given
    no: str = ""  # "" = the next number
    reported_at: datetime | None = None  # None = now; an import brings its own time
    promise: Limit | None = None  # what the reporter is promised, if anything
    title: str = ""
    reporter_id: str = ""  # "" = who asks; an import names somebody else
    text_limit: int = TEXT_LIMIT
    post: Post | None = None  # whose report it is, when somebody else writes it down; None = who asks


def spot_at(areas: AreaTree, point: Wgs84, *, accuracy_m: int | None = None, address: str = "") -> Spot:
    """The grid cell of a point. Raises OutsideDistrict, naming the hotline that can help."""
    try:
        cell = areas.cell_at(point)
    except OutsideDistrict as refusal:
        refusal.field = "place"
        raise
    return Spot(cell.code, cell.code, point, accuracy_m, address)


def spot_of_area(areas: AreaTree, code: str, address: str = "") -> Spot:
    """A street or community somebody picked: its label point stands for it."""
    try:
        area = areas.by_code(code)
        if areas.is_closed(code):  # a phone that still knows yesterday's map
            heirs = areas.successors(code)
            area = heirs[0] if len(heirs) == 1 else areas.by_code(code[:12])
    except NotFound:
        raise BadInput(field="areaCode") from None
    if area.level is AreaLevel.DISTRICT:
        return Spot(area.code, address=address)
    return Spot(code, code if area.level is AreaLevel.CELL else "", area.at, ROUGH_M[area.level], address)


async def report(work: Work, r: Report) -> WorkOrder:
    """Register a problem under the id its phone minted, start its clocks, suggest who handles it.

    Words and place go ahead of the photos, but not where the photos are the proof that it is handled.
    Raises NothingReported, TextTooLong, NotAllowed, AfterPhotoNeeded, NotAGridMatter, UnderControl.
    """
    text = clean_text(r.text, field="text", limit=r.text_limit)
    rules.needs_photo_or_text(r.photo_ids, text or r.title)
    entry = FLOW.enter(
        OrderAction.SELF_HANDLE if r.self_handled else OrderAction.REPORT, r.post or work.actor.post
    )
    if r.self_handled:
        rules.needs_before_and_after(r.photo_ids, r.after_photo_ids)
    precedents, at = work.office.of(Precedents), r.reported_at or work.now
    library = precedents.over(work.office.of(Library))
    if r.source is OrderSource.PATROL and r.matter_code:
        matter = library.catalogue.matter(r.matter_code)
        rules.needs_grid_matter(library.catalogue.in_grid(matter.code, day_of(at)), matter.code)
        control = library.catalogue.control(matter.code, r.spot.area, at.astimezone(SHANGHAI))
        rules.needs_no_control(control.reason if control else "")
    words, answers = f"{r.title} {text}", library.given(r.answers, r.matter_code)
    guess = library.suggest(text, r.spot.area, r.matter_code, title=r.title)
    suggestion = _directed(work.office, frozen(guess), area=r.spot.area, at=at, text=words, source=r.source,
                           answers=answers)  # fmt: skip
    point = r.spot.point
    order = fresh(
        WorkOrder, id=r.id, state=entry.target,
        title=rules.title_of(r.title or text, guess.best.matter.name if guess.best else ""), text=text,
        source=r.source, source_id=r.source_id, reporter_id=r.reporter_id or work.actor.id, contact=r.contact,
        confidential=r.confidential, against=r.against, likes=r.likes,
        danger=library.danger(words) is not None,
        area=r.spot.area, cell=r.spot.cell, lon=point.lon if point else None,
        lat=point.lat if point else None, accuracy_m=r.spot.accuracy_m, address=r.spot.address,
        spot=spot(point.lon, point.lat) if point else None,
        catalogue_ref=library.catalogue.ref, matter_code=r.matter_code, suggestion=suggestion,
        answers=answers,
        cover_id=next(iter(r.photo_ids), ""), reported_at=at,
    )  # fmt: skip
    await files.claim(work, r.photo_ids, KIND, r.id, files.PhotoKind.BEFORE, taken_at=r.taken_at,
                      later=not r.self_handled)  # fmt: skip
    await files.claim(work, r.after_photo_ids, KIND, r.id, files.PhotoKind.AFTER, field="afterPhotoIds")
    if r.no:
        order.no = r.no
    else:
        work.numbers.next(PREFIX, order)
    work.add(order)
    sla.begin(work, KIND, r.id)
    for name in (*entry.clock.start, *(["danger"] if order.danger and entry.clock.start else [])):
        await sla.start(work, KIND, r.id, name, rules.STAGE_LIMITS[name], area=order.area, at=at)
    if r.promise:
        timer = await sla.start(work, KIND, r.id, "promise", r.promise, area=order.area, at=at)
        order.promised_at = timer.due_at
    nothing = (counted_in(order), False, False)
    await settle(work, order, nothing)
    work.count("new", counted_in(order), 1, day_of(at))
    photos = [*r.photo_ids, *r.after_photo_ids]
    work.record(f"{KIND}.{entry.action}", KIND, r.id, area=order.area, target=entry.target,
                touches=touches(order), detail={"photos": photos, "source": r.source})  # fmt: skip
    return order


def _directed(office: Office, guess: dict[str, Any], **case: Any) -> dict[str, Any]:
    """Whom it goes to: as an arbiter ruled, else as a rule says, else as the matrix does."""
    precedents = office.of(Precedents)
    return routing.routed(
        office, precedents.over(office.of(Library)), _with_ruling(precedents, guess, case["area"]), **case
    )


def _with_ruling(precedents: Precedents, guess: dict[str, Any], area: str) -> dict[str, Any]:
    """The suggestion, naming the case whose ruling it follows."""
    best = {key: value for key, value in (guess["best"] or {}).items() if key != "ruled"}
    if best and (no := precedents.number_for(best["matter"], area)):
        return {**guess, "best": {**best, "ruled": no}}
    return {**guess, "best": best or None}


@written
def KNOWN(_insert: Any) -> Any:
    """The id, if there is such an order, whoever may see it."""
    return select(WorkOrder.id).where(WorkOrder.id == bindparam("id"))


async def report_once(work: Work, r: Report) -> None:
    """`report`, unless this person's phone sent it before. Raises NotFound for somebody else's id."""
    if not await work.first_time("report", r.id, {}):
        return
    if await ask(work.session, KNOWN, {"id": r.id}):
        raise NotFound(subject=r.id)
    await report(work, r)


async def relocate(work: Work, order: WorkOrder, to: Spot) -> None:
    """Put an order on the map, counters included."""
    was, moved = standing(order), to.area != order.area
    _count(work, order, -1)
    order.area, order.cell, order.address = to.area, to.cell, to.address or order.address
    order.accuracy_m = to.accuracy_m
    if to.point:
        order.lon, order.lat = to.point.lon, to.point.lat
        order.spot = spot(to.point.lon, to.point.lat)
    if moved and not order.unit_id:  # a unit that somebody chose stays
        order.suggestion = _directed(
            work.office, order.suggestion, area=order.area, at=order.reported_at,
            text=f"{order.title} {order.text}", source=order.source, answers=order.answers,
        )  # fmt: skip
    _count(work, order, +1)
    recount(work, order, was)
    if follower := work.office.followers.get(order.source):
        await follower(work, Moved(KIND, order.id, order.source_id, RELOCATE))


def _count(work: Work, order: WorkOrder, n: int) -> None:
    """What counts for the day it came, and for the day it was rated, counts where the order is."""
    work.count("new", counted_in(order), n, day_of(order.reported_at))
    count_rating(work, order, n)


async def forget_contact(work: Work, reporter_id: str) -> None:
    """A citizen closed his account: his cases go on, and nobody can call him."""
    await work.session.exec(
        update(WorkOrder).where(col(WorkOrder.reporter_id) == reporter_id).values(contact=LEFT),
        execution_options={"synchronize_session": False},
    )
