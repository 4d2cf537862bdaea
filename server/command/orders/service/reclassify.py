"""改类别、改位置: what a unit already has is put right, and routed once (ADR 0033)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.command.library import Library
from server.command.orders import adjust, rules
from server.command.orders.flow import OrderAction
from server.command.orders.precedents import ruled
from server.command.orders.service.advance import (
    KIND,
    Housed,
    advance,
    bundle_anew,
    catalogue_of,
    rule_limit,
    seen,
    set_handle_limit,
)
from server.command.orders.service.desk import known, named_by, rule_for
from server.command.orders.service.report import Spot, relocate
from server.command.orders.sight import needs_other_than_complained
from server.command.orders.tables import WorkOrder
from server.command.routing import service as routing
from server.command.routing.rules import Route
from server.kernel.calendar import Limit, day_of
from server.kernel.text import clean_text
from server.platform import sla
from server.platform.work import Work

A = OrderAction
OPINION_LIMIT = 500


class Way(NamedTuple):
    """Where a case goes; the rule that says so, if one does; whether it stays because a person chose."""

    unit_id: str
    rule: Route | None = None
    by_hand: bool = False


async def reclassify(
    work: Work, *, id: str, version: int, matter_code: str, rule_id: str, spot: Spot | None, opinion: str,
    answers: Sequence[tuple[str, str]] | None = None,
) -> WorkOrder:  # fmt: skip
    """Another matter, filing rule, place or answers for a case that a unit has and nobody has checked.

    It goes where it would have gone had the first report been right; a unit that a person chose keeps it
    unless the matter changes. The same unit's clock counts the new limit from its own start; another unit
    gets its whole limit; the deadline over all rounds counts from the first dispatch in either case.
    """
    order = await seen(work, id, version)
    rules.step(order, A.RECLASSIFY, work.actor)
    adjust.needs_free(order)
    adjust.needs_unchecked(order)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    if spot:
        rules.needs_point(spot.point)
    moved = spot is not None and (spot.lon, spot.lat, spot.area) != (order.lon, order.lat, order.area)
    said = answers_of(work, order, matter_code, answers)
    adjust.needs_change(order, matter_code, rule_id, else_=moved or said != order.answers)
    adjust.needs_unruled(order, matter_code)
    catalogue = catalogue_of(work, order)
    rules.needs_grid_matter(catalogue.in_grid(matter_code, day_of(work.now)), matter_code)
    rules.needs_rule_of_matter(rule_id, {rule.id for rule in catalogue.rules_for(matter_code)})
    rules.needs_opinion(words)
    way = way_of(work, order, matter_code, spot.area if spot else order.area, said)
    needs_other_than_complained(order.against, way.unit_id)
    told = {"matter": [order.matter_code, matter_code], "rule": [order.rule_id, rule_id]}
    if said != order.answers:
        told["answers"] = [_short(order.answers), _short(said)]
        order.answers = said
    if spot and moved:
        told["area"] = [order.area, spot.area]
        await relocate(work, order, spot)
    order.matter_code, order.rule_id = matter_code, rule_id
    case = known(work, order, matter_code)
    order.suggestion = routing.settled(work.office, order.suggestion, case, way.rule, way.unit_id)
    limit = rule_limit(work, order)
    await bundle_anew(work, order, limit)
    whole = Limit(limit.value * (1 + order.extension_times), limit.unit)
    if way.unit_id == order.unit_id:
        await sla.retime(work, KIND, order.id, "handle", whole, reason=A.RECLASSIFY)
    await advance(work, order, A.RECLASSIFY, opinion=words, receiver=order.unit_id, detail=told)
    if way.unit_id != order.unit_id:
        set_handle_limit(order, limit)
        order.unit_id, order.also, order.override_reason = way.unit_id, "", ""
        order.handler_id = await named_by(work, way.rule, way.unit_id)
        await advance(work, order, A.REROUTE, receiver=way.unit_id, opinion=words,
                      detail={"unit": way.unit_id, "matter": matter_code, "rule": rule_id,
                              "route": routing.words_of(order.suggestion)})  # fmt: skip
    return order


def answers_of(
    work: Housed, order: WorkOrder, matter_code: str, answers: Sequence[tuple[str, str]] | None
) -> list[dict[str, str]]:
    """What the case would have answered: to the matter's questions as given, else as it is; other questions
    stay answered. Raises BadInput."""
    if answers is None:
        return order.answers
    mine = {question.code for question in catalogue_of(work, order).matter(matter_code).questions}
    given = work.office.of(Library).given(answers, matter_code)
    said = [*(one for one in order.answers if one["code"] not in mine), *given]
    return order.answers if _pairs(said) == _pairs(order.answers) else said


def _pairs(answers: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(one["code"], one["answer"]) for one in answers}


def _short(answers: Sequence[Mapping[str, str]]) -> str:
    return "、".join(f"{one['question']} {one['answer']}" for one in answers)


def way_of(
    work: Housed, order: WorkOrder, matter_code: str, area: str,
    answers: Sequence[Mapping[str, str]] | None = None,
) -> Way:  # fmt: skip
    """Where the case goes as this matter at this place, with these answers or its own. Raises NotFound where
    the matrix has no row."""
    same = matter_code == order.matter_code
    chosen = not order.suggestion.get("routed") and order.unit_id != _directed(
        work, order, order.matter_code, order.area
    ).unit_id  # fmt: skip
    if same and (chosen or order.ruled_unit):
        return Way(order.unit_id, by_hand=True)
    return _directed(work, order, matter_code, area, answers)


def _directed(
    work: Housed, order: WorkOrder, matter_code: str, area: str,
    answers: Sequence[Mapping[str, str]] | None = None,
) -> Way:  # fmt: skip
    rule = rule_for(work, order, matter_code, area, answers)
    return Way(rule.unit if rule else ruled(work.office).matrix.unit_for(matter_code, area).id, rule)
