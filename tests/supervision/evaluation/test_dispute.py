"""申诉: a unit says that a counted case is not its own, or that its overtime is excused; another person
decides, and the counters follow with the decision."""

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.service import applications
from server.platform.audit import AuditLine
from tests.city import BIN, BIN_RULE, on_sqlite, refusal
from tests.factories import an_id
from tests.supervision.evaluation.test_keep import closed, facts_of, proof, unit_counts

A = OrderAction
RANKING = "{ ranking { n leftOut { freed } rows { key n } } }"


async def dispute(city, id, by=None, words="现场不在本单位养护范围"):
    await city.move(by or city.tang, applications.dispute_count, id, words=words, op_id=an_id())
    return id


async def test_granted_it_counts_in_its_area_and_for_nobody(city):
    id = await dispute(city, await closed(city))
    assert (await facts_of(city, id)).unit_id == "zj", "until somebody has decided"
    await city.decide(id, city.li)
    counts = await unit_counts(city)
    assert (counts["zj"].dispose_need, counts["zj"].received, counts["zj"].freed) == (0, 1, 1)
    assert (counts[""].dispose_need, counts[""].archive, counts[""].received) == (1, 1, 0)
    assert (await proof(city)).holds
    city.clock.advance(days=1)
    ranking = (await city.ask(city.lin, RANKING))["ranking"]
    assert ranking == {"n": 0, "leftOut": {"freed": 1}, "rows": []}
    assert (await city.order(id)).state == "closed"
    assert (await city.verbs(id))[-2:] == ["dispute_count", "grant_count"]


async def test_refused_nothing_moves_and_it_is_not_asked_again(city):
    id = await closed(city)
    before = await unit_counts(city)
    await dispute(city, id)
    await city.decide(id, city.li, grant=False, opinion="属本单位养护范围")
    assert await unit_counts(city) == before
    async with refusal(city.office, "LIMIT_REACHED"):
        await dispute(city, id)


async def test_reopened_it_is_the_units_again(city):
    id = await dispute(city, await closed(city))
    await city.decide(id, city.li)
    await city.step(city.li, A.REOPEN, id, "又不亮了")
    await city.confirm(await city.finish(await city.sign(id)))
    assert (await unit_counts(city))["zj"].dispose_need == 1
    assert (await proof(city)).holds


@on_sqlite
@pytest.mark.parametrize(
    ("who", "code"),
    [("li", "NOT_ALLOWED"), ("zhao", "NOT_FOUND"), ("lin", "NOT_ALLOWED"), ("chen", "NOT_ALLOWED")],
)
async def test_only_its_own_unit_disputes(city, who, code):
    id = await closed(city)
    async with refusal(city.office, code):
        await dispute(city, id, getattr(city, who))


@on_sqlite
async def test_with_words_in_time_and_decided_by_the_district(city):
    id = await closed(city)
    async with refusal(city.office, "REASON_NEEDED"):
        await dispute(city, id, words=" ")
    early = await closed(city)
    city.clock.advance(days=30)
    await dispute(city, early)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.decide(early, city.mei)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.decide(early, city.tang)
    city.clock.advance(days=1)
    async with refusal(city.office, "COUNT_TOO_LATE") as refused:
        await dispute(city, id)
    assert refused.value.params["days"] == 30


async def test_the_button_stands_and_falls_with_the_right(city):
    id = await closed(city)
    actions = "query ($id: ID!) { order(id: $id) { actions } }"

    async def offered(actor):
        return set((await city.ask(actor, actions, id=id))["order"]["actions"])

    assert "DISPUTE_COUNT" in await offered(city.tang)
    await dispute(city, id, city.wang)
    assert "DISPUTE_COUNT" not in await offered(city.tang)
    assert {"GRANT_COUNT", "REFUSE_COUNT"} <= await offered(city.li)
    assert not {"GRANT_COUNT", "REFUSE_COUNT"} & await offered(city.mei)


async def test_an_excused_overtime_counts_as_in_time_with_the_second_review(city):
    """The excuse of the order's own appeal; it is not doubled here."""
    id = await city.dispatch(await city.submit(), matter_code=BIN, rule_id=BIN_RULE, override_reason="代办")
    await city.sign(id)
    city.clock.advance(hours=9)
    await city.bring(id, "closed")
    assert (await unit_counts(city))["zj"].dispose_intime == 0
    await city.apply(id, what=A.APPEAL)
    await city.decide(id, city.li)
    assert (await unit_counts(city))["zj"].dispose_intime == 0, "one of two reviewers"
    await city.decide(id, city.he)
    counts = (await unit_counts(city))["zj"]
    assert (counts.dispose_intime, counts.exempt, counts.dispose_overtime) == (1, 1, 0)
    assert (await proof(city)).holds
    assert await city.rows(AuditLine, AuditLine.verb == "order.dispute_count") == []
