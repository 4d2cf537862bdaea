"""拆分: one case, parts for several units. Each part is an order with its own unit, clocks and life; the case
itself is closed when the last of them is, and its citizen hears of one case, once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from server.command.catalogue.book import Catalogue
from server.command.orders import rules
from server.command.orders.flow import FLOW, OrderAction, OrderState
from server.command.orders.service.advance import (
    KIND,
    advance,
    catalogue_of,
    counted_in,
    note,
    recount,
    seen,
    set_handle_limit,
)  # fmt: skip
from server.command.orders.service.desk import OPINION_LIMIT, dispatchable
from server.command.orders.tables import WorkOrder
from server.kernel.errors import CityError
from server.kernel.text import clean_line, clean_text
from server.platform import holds, sla
from server.platform.rows import fresh
from server.platform.work import Work

A = OrderAction
SPLIT = "order.split"  # the act held for ten seconds
TEXT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit is to do: matter and filing rule with their own limit, and words for the unit."""

    matter_code: str
    rule_id: str
    unit_id: str
    text: str
    override_reason: str = ""


async def ask_split(work: Work, *, id: str, version: int, parts: Sequence[Part], op_id: str) -> WorkOrder:
    """Split a case among units; it happens when the ten seconds to take it back are over.

    Raises PartOfACase, PlaceNeeded, PartsNeeded, SameUnitTwice and whatever dispatching a part raises, with
    the field of that part.
    """
    order = await seen(work, id, version)
    rules.step(order, A.SPLIT, work.actor)
    told = [_clean(n, part) for n, part in enumerate(parts)]
    _splittable(work, order, told)
    args = {"id": id, "parts": [asdict(part) for part in told]}
    await holds.hold(work, id=op_id, act=SPLIT, args=args, kind=KIND, subject_id=id, area=order.area)
    return order


async def split(work: Work, args: Mapping[str, Any]) -> WorkOrder:
    """Each part is dispatched at once; the citizen's promise runs on with the whole."""
    order = await seen(work, args["id"])
    parts = [Part(**told) for told in args["parts"]]
    _splittable(work, order, parts)
    catalogue = catalogue_of(work, order)  # the parts keep the edition of their whole
    order.catalogue_ref = catalogue.ref
    first, order.parts = order.parts + 1, order.parts + len(parts)
    order.unit_id = order.handler_id = order.finisher_id = ""
    order.dispatcher_id, order.dispatched_at, order.bundled_due_at = work.actor.id, work.now, None
    await advance(work, order, A.SPLIT, detail={"units": [part.unit_id for part in parts]})
    for n, part in enumerate(parts, first):
        await _begin(work, order, catalogue, part, n)
    return order


def _clean(n: int, part: Part) -> Part:
    reason = clean_line(part.override_reason, field=f"parts.{n}.overrideReason", limit=OPINION_LIMIT)
    text = clean_text(part.text, field=f"parts.{n}.text", limit=TEXT_LIMIT, required=True)
    return Part(part.matter_code, part.rule_id, part.unit_id, text, reason)


def _splittable(work: Work, order: WorkOrder, parts: Sequence[Part]) -> None:
    rules.needs_whole(order)
    rules.needs_place(order)
    rules.needs_parts([part.unit_id for part in parts])
    for n, part in enumerate(parts):
        try:
            dispatchable(work, order, part.matter_code, part.rule_id, part.unit_id, part.override_reason)
        except CityError as refusal:
            refusal.field = f"parts.{n}.{refusal.field}" if refusal.field else f"parts.{n}.unitId"
            raise


def part_id(whole_id: str, n: int) -> str:
    """The id of a case's `n`-th part: the same split carried out twice makes the same parts."""
    return str(uuid5(NAMESPACE_URL, f"sanwei:part:{whole_id}:{n}"))


async def _begin(work: Work, whole: WorkOrder, catalogue: Catalogue, part: Part, n: int) -> None:
    """A part starts its life: filed under its own rule and sent to its unit."""
    entry = FLOW.enter(A.PART, work.actor.post)
    row = fresh(
        WorkOrder, id=part_id(whole.id, n), no=f"{whole.no}-{n}",
        state=entry.target, parent_id=whole.id,
        title=rules.title_of(part.text, catalogue.matter(part.matter_code).name), text=part.text,
        source=whole.source, reporter_id=whole.reporter_id, contact=whole.contact,
        confidential=whole.confidential, against=whole.against, danger=whole.danger,
        area=whole.area, cell=whole.cell,
        lon=whole.lon, lat=whole.lat, accuracy_m=whole.accuracy_m, address=whole.address, spot=whole.spot,
        catalogue_ref=catalogue.ref, matter_code=part.matter_code, rule_id=part.rule_id,
        answers=whole.answers,
        unit_id=part.unit_id, override_reason=part.override_reason, cover_id=whole.cover_id,
        dispatcher_id=work.actor.id, reported_at=work.now, dispatched_at=work.now,
    )  # fmt: skip
    set_handle_limit(row, catalogue.rule(part.rule_id).limit)
    work.add(row)
    sla.begin(work, KIND, row.id)
    for name in entry.clock.start:
        await sla.start(work, KIND, row.id, name, rules.STAGE_LIMITS[name], area=row.area)
    recount(work, row, (counted_in(row), False, False))
    note(work, row, A.PART, target=OrderState.FILED, opinion=part.text, detail={"whole": whole.id})
    chosen = {"unit": part.unit_id, "matter": part.matter_code, "rule": part.rule_id}
    await advance(work, row, A.DISPATCH, receiver=part.unit_id, opinion=part.override_reason, detail=chosen)
