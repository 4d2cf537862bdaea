"""Who answers for a case that units disputed: the arbiter rules, a leader signs, and it is a precedent."""

from collections.abc import Sequence
from enum import StrEnum

from server.command.library import Library
from server.command.orders import adjust, docket, rules
from server.command.orders.facts import RulingState, ShareState
from server.command.orders.flow import OrderAction
from server.command.orders.service.advance import advance, catalogue_of, rule_limit, seen, set_handle_limit
from server.command.orders.service.shares import take_part
from server.command.orders.tables import OrderRuling, WorkOrder
from server.kernel.calendar import day_of
from server.kernel.errors import BadInput
from server.kernel.text import clean_line, clean_text
from server.platform.work import Work

A = OrderAction
TEXT_LIMIT = 1000
BASIS_LIMIT = 300
STREET_DIGITS, DISTRICT_DIGITS = 9, 6


class RulingScope(StrEnum):
    """Where a ruling is a precedent for its matter."""

    STREET = "street"
    DISTRICT = "district"


async def rule(
    work: Work, *, id: str, version: int, unit_id: str, co_unit_ids: Sequence[str], matter_code: str,
    rule_id: str, scope: RulingScope, text: str, basis: str, op_id: str,
) -> WorkOrder:  # fmt: skip
    """G1.15, first half: one unit in charge, others that assist, the reasons and their basis. It binds when
    a leader has signed."""
    order, library = await seen(work, id, version), work.office.of(Library)
    rules.step(order, A.RULE, work.actor)
    adjust.needs_free(order)
    rules.needs_place(order)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    rules.needs_opinion(words, field="text")
    clause = clean_line(basis, field="basis", limit=BASIS_LIMIT)
    rules.needs_opinion(clause, field="basis")
    catalogue = catalogue_of(work, order)
    rules.needs_grid_matter(catalogue.in_grid(matter_code, day_of(work.now)), matter_code)
    rules.needs_rule_of_matter(rule_id, {each.id for each in catalogue.rules_for(matter_code)})
    if unit_id not in library.units:
        raise BadInput(field="unitId")
    others = sorted(set(co_unit_ids) - {unit_id})
    if not set(others) <= library.units.keys():
        raise BadInput(field="coUnitIds")
    digits = STREET_DIGITS if scope is RulingScope.STREET else DISTRICT_DIGITS
    work.session.add(OrderRuling(
        id=op_id, order_id=order.id, state=RulingState.PROPOSED, matter_code=matter_code, rule_id=rule_id,
        area=order.area, scope=order.area[:digits], unit_id=unit_id,
        co_units="|".join(["", *others, ""]) if others else "", text=words, basis=clause,
        facts={"no": order.no, "title": order.title, "returned_by": _ids(order.returned_by)},
        ruled_by=work.actor.id, ruled_at=work.now,
    ))  # fmt: skip
    order.pending = "ruling.leader"
    await advance(work, order, A.RULE, opinion=words, receiver=unit_id,
                  detail={"unit": unit_id, "co": others, "basis": clause})  # fmt: skip
    return order


async def sign(work: Work, *, id: str, version: int, accept: bool, opinion: str) -> WorkOrder:
    """G1.15, second half: with the leader's signature the unit has it, with the whole limit, and cannot
    return it; without, the arbiter rules anew."""
    order = await seen(work, id, version)
    action = A.SIGN_RULING if accept else A.REFUSE_RULING
    rules.step(order, action, work.actor)
    adjust.needs_asked(order, action)
    words = clean_text(opinion, field="opinion", limit=TEXT_LIMIT)
    row = await docket.proposed(work.session, order.id)
    assert row is not None, "a ruling is pending"
    row.signed_by, row.signed_at, row.opinion, order.pending = work.actor.id, work.now, words, ""
    if not accept:
        rules.needs_opinion(words)
        row.state = RulingState.REFUSED
        await advance(work, order, action, opinion=words, receiver=row.ruled_by)
        return order
    row.state = RulingState.SIGNED
    groundless = row.unit_id in _ids(order.returned_by)  # it returned what is its own: 推诿 (domain A9.2)
    order.shuffle_times += groundless
    order.matter_code, order.rule_id = row.matter_code, row.rule_id
    order.unit_id = order.ruled_unit = row.unit_id
    order.dispatcher_id, order.dispatched_at = row.ruled_by, work.now
    order.handler_id = order.finisher_id = order.override_reason = ""
    order.bundled_due_at = None  # the unit gets the whole limit, so the first deadline falls too
    order.also = ""
    for unit in _ids(row.co_units):
        await take_part(work, order, unit, row.text, ShareState.ACCEPTED, by=row.ruled_by)
    set_handle_limit(order, rule_limit(work, order))
    await advance(work, order, action, opinion=row.text, receiver=row.unit_id,
                  detail={"unit": row.unit_id, "co": _ids(row.co_units), "basis": row.basis, "ruling": row.id,
                          **({"groundless": True} if groundless else {})})  # fmt: skip
    return order


def _ids(joined: str) -> list[str]:
    return [id for id in joined.split("|") if id]
