"""What reaches somebody else is held for ten seconds, seen by the desk, and taken back without a trace."""

import pytest

from server.command.requests.service import citizen, held
from server.platform import holds
from server.platform.holds import Hold
from tests.city import everything, refusal
from tests.command.requests.test_desk import K, asked, sent
from tests.factories import an_id

ASK = """query($id: ID!) { deskRequest(id: $id) { state offered lanes held { mine action by { name } } } }"""
ACTS = [
    ("request.assign", {"unit_id": "zj", "opinion": ""}, "assigned"),
    ("request.ask_info", {"question": "哪一家？"}, "need_info"),
    ("request.decline", {"reason": "secret", "refer_to": None, "opinion": "涉密。"}, "rejected"),
    ("request.decline", {"reason": "not_ours", "refer_to": "police", "opinion": "请找 110。"}, "referred"),
    ("request.return", {"basis": "三定方案第三条", "opinion": ""}, "submitted"),
]


async def begun(city, act, facts):
    """A request the act fits, who may do it, and the act held."""
    who = city.wang if act == "request.return" else city.li
    id = await sent(city) if act == "request.return" else await asked(city, K.CONSULT)
    before = await everything(city.office)
    op = an_id()
    await city.do(who, held.ask, act, op_id=op, id=id, version=(await city.request(id)).version, **facts)
    return id, who, op, before


@pytest.mark.parametrize(("act", "facts", "state"), ACTS)
async def test_until_the_release_nobody_else_feels_it(city, act, facts, state):
    id, who, _, _ = await begun(city, act, facts)
    was = await city.request(id)
    assert (was.state != state, await city.verbs(id, "request")) == (
        True,
        ["submit", *(["assign"] * (who is city.wang))],
    )
    mine = (await city.ask(who, ASK, id=id))["deskRequest"]
    assert (mine["offered"], mine["lanes"], mine["held"]["mine"], mine["held"]["action"]) == (
        [],
        [],
        True,
        act,
    )
    if who is city.li:
        told = (await city.ask(city.he, ASK, id=id))["deskRequest"]
        assert (told["offered"], told["lanes"], told["held"]) == (
            [], [], {"mine": False, "action": act, "by": {"name": "Li"}},
        )  # fmt: skip
        async with refusal(city.office, "HELD"):
            await city.do(city.he, held.ask, act, op_id=an_id(), id=id, version=was.version, **facts)
    assert await city.release() == 1
    assert (await city.request(id)).state == state
    assert await city.rows(Hold) == []


@pytest.mark.parametrize(("act", "facts", "state"), ACTS)
async def test_taken_back_it_never_was(city, act, facts, state):
    id, who, op, before = await begun(city, act, facts)
    await city.do(who, holds.take_back, op)
    assert await city.release() == 0
    after = await everything(city.office)
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"news", "chain"}  # and their numbers
    again = (await city.ask(who, ASK, id=id))["deskRequest"]
    assert again["offered"] and again["held"] is None
    assert again["lanes"] == ["TO_SIGN" if who is city.wang else "TO_TRIAGE"]


async def test_its_guards_are_asked_at_the_tap_and_again_at_the_release(city):
    id = await asked(city, K.COMPLAINT, text="有人乱收费。", against_key="unit:cg")
    version = (await city.request(id)).version
    async with refusal(city.office, "COMPLAINED_PARTY"):
        await city.do(city.li, held.ask, "request.assign", op_id=an_id(), id=id, version=version,
                      unit_id="cg", opinion="")  # fmt: skip
    async with refusal(city.office, "STALE_VERSION"):
        await city.do(city.li, held.ask, "request.assign", op_id=an_id(), id=id, version=version + 1,
                      unit_id="zj", opinion="")  # fmt: skip
    await city.do(city.li, held.ask, "request.assign", op_id=an_id(), id=id, version=version, unit_id="zj",
                  opinion="")  # fmt: skip
    await city.do(city.ann, citizen.withdraw, id=id, version=version)
    assert await city.release() == 0
    assert (await city.request(id)).state == "withdrawn"
    assert (await city.verbs(id, "request"))[-1] == "dropped"
