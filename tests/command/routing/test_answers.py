"""Answers to a matter's questions: kept as asked, deciding the route, put right once, gone in time."""

import json

import pytest

from server.command.catalogue import keeper as catalogue
from server.command.library import Library
from server.command.orders.service import reclassify, split
from server.command.requests.service import desk as requests
from server.command.routing import service
from server.command.routing.tables import RouteFault
from server.platform import editions
from server.platform.editions import Shelf, content_of
from tests.city import HERE, refusal
from tests.command.routing.test_routes import published, rule
from tests.factories import an_id

COVER, COVER_RULE, TEXT = "01023", "01023-1", "路边井盖不见了。"
POWER = [("cover_text", "电力")]
KEPT = {"code": "cover_text", "question": "盖上写的什么字", "answer": "电力"}
ASKED = {"question": "cover_text", "answers": "电力、通信"}


async def catalogue_with(city, change):
    """An edition of the catalogue with `change` made to its tables, in force."""
    async with city.office.reading() as session:
        tables = json.loads(await content_of(session, city.office, catalogue.KIND, 0))
    change(tables)
    content = city.office.of(Shelf).keepers[catalogue.KIND].tabular.content(tables)
    row = await city.do(city.luo, editions.propose, catalogue.KIND, content)
    await city.do(city.feng, editions.publish, catalogue.KIND, row.no)
    await city.office.of(Shelf).refresh(city.office)
    return row.report["means"]


def without(code):
    return lambda tables: tables["questions"].remove(
        next(r for r in tables["questions"] if r["code"] == code)
    )


async def test_the_answer_sends_the_case_elsewhere_and_stands_on_it_for_everybody(city):
    edition = await published(city, rule(4, "gd", **ASKED))
    plain, asked = await city.submit(text=TEXT), await city.submit(text=TEXT, answers=POWER)
    assert [(await city.order(id)).suggestion["best"]["unit"] for id in (plain, asked)] == ["zj", "gd"]
    order = await city.order(asked)
    assert (order.answers, (await city.request(asked)).answers) == ([KEPT], [KEPT])
    assert order.suggestion["routed"]["inputs"]["answers"] == {"cover_text": "电力"}
    await city.dispatch(
        asked, matter_code=COVER, rule_id=COVER_RULE, unit_id="gd"
    )  # the rule is reason enough
    order = await city.order(asked)
    assert (order.unit_id, order.suggestion["routed"]["no"]) == ("gd", 4)
    assert order.suggestion["routed"]["edition"] == edition
    told = {"answers": [KEPT]}
    query = "query($id: ID!) { %s(id: $id) { answers { code question answer } } }"
    assert (await city.ask(city.ann, query % "request", id=asked))["request"] == told
    for person in (city.li, city.lin):
        assert (await city.ask(person, query % "order", id=asked))["order"] == told


async def test_an_officer_s_finding_is_routed_by_what_he_read_on_it(city):
    await published(city, rule(4, "kx", **ASKED))
    id = await city.report(text=TEXT, matter_code=COVER, answers=[("cover_text", "通信")])
    assert (await city.order(id)).suggestion["best"]["unit"] == "kx"


@pytest.mark.parametrize(
    "facts",
    [{"answers": [("cover_text", "月亮")]}, {"answers": [("soup", "电力")]}, {"answers": POWER * 2},
     {"answers": POWER, "matter_code": "01037"}],
)  # fmt: skip
async def test_what_nobody_asked_is_refused_and_nothing_is_left(city, facts):
    async with refusal(city.office, "BAD_INPUT") as refused:
        await city.submit(text=TEXT, **facts)
    assert refused.value.field == "answers"


async def test_a_question_comes_with_its_matter_and_only_where_there_is_one(city):
    ask = "query($s: String!) { matters(search: $s, first: 1) { code questions { code words answers } } }"
    for person in (city.ann, city.chen):
        [lamp] = (await city.ask(person, ask, s="01037"))["matters"]
        [other] = (await city.ask(person, ask, s="06042"))["matters"]
        assert lamp["questions"] == [
            {"code": "lamps_out", "words": "几盏灯不亮", "answers": ["一盏", "几盏", "一整排"]}
        ]
        assert other["questions"] == []


async def test_answers_are_put_right_once_and_the_case_goes_where_it_would_have_gone(city):
    await published(city, rule(4, "gd", **ASKED))
    id = await city.dispatch(await city.submit(text=TEXT), matter_code=COVER, rule_id=COVER_RULE)
    facts = {"matter_code": COVER, "rule_id": COVER_RULE, "spot": None, "opinion": "市民补充照片：写着电力。"}
    async with refusal(city.office, "NOTHING_CHANGED"):
        await city.move(city.li, reclassify.reclassify, id, answers=[], **facts)
    async with refusal(city.office, "BAD_INPUT"):
        await city.move(city.li, reclassify.reclassify, id, answers=[("lamps_out", "一盏")], **facts)
    ask = """query($id: ID!, $a: [AnswerInput!]) {
      wayOf(id: $id, matterCode: "01023", answers: $a) { rule unit { id } } }"""
    way = await city.ask(city.li, ask, id=id, a=[{"code": "cover_text", "answer": "电力"}])
    assert way["wayOf"] == {"rule": "规则4", "unit": {"id": "gd"}}
    await city.move(city.li, reclassify.reclassify, id, answers=POWER, **facts)
    order = await city.order(id)
    assert (order.unit_id, order.answers, order.suggestion["routed"]["no"]) == ("gd", [KEPT], 4)
    assert (await city.lines(id))[-2].detail["answers"] == ["", "盖上写的什么字 电力"]
    assert (await city.verbs(id))[-2:] == ["reclassify", "reroute"]


async def test_a_unit_a_person_chose_keeps_the_case_whatever_is_answered(city):
    await published(city, rule(4, "gd", **ASKED))
    id = await city.submit(text=TEXT)
    await city.dispatch(id, matter_code=COVER, rule_id=COVER_RULE, unit_id="scjg", override_reason="就近处置")
    await city.move(city.li, reclassify.reclassify, id, answers=POWER, matter_code=COVER, rule_id=COVER_RULE,
                    spot=None, opinion="补充")  # fmt: skip
    assert ((await city.order(id)).unit_id, (await city.order(id)).answers) == ("scjg", [KEPT])


async def test_a_rule_whose_answer_left_the_catalogue_stops_and_says_so_and_the_case_keeps_its_words(city):
    edition = await published(city, rule(4, "gd", **ASKED))
    before = await city.submit(text=TEXT, answers=POWER)
    means = await catalogue_with(city, without("cover_text"))
    assert means[:2] == [{"code": "routes_stop", "n": 1}, {"code": "questions_gone", "n": 1}]
    late = await city.submit(text=TEXT, answers=POWER)  # a phone that was without network meanwhile
    order = await city.order(late)
    assert (order.answers, order.suggestion["best"]["unit"]) == ([KEPT], "zj")
    assert (await city.order(before)).answers == [KEPT]
    for _ in range(2):
        await service.look_after(city.office)
    [fault] = await city.rows(RouteFault)
    assert (fault.edition, fault.no, fault.what, fault.value) == (edition, 4, "answer", "cover_text 电力")
    assert await city.verbs(f"{edition}/4", "routing") == ["disable"]


async def test_an_edition_without_the_sheet_asks_nothing(city):
    await catalogue_with(city, lambda tables: tables.pop("questions"))
    assert city.office.of(Library).catalogue.questions == {}
    assert (await city.order(await city.submit(text=TEXT, answers=POWER))).answers == [KEPT]


async def test_a_question_that_turns_out_to_be_about_a_place_takes_its_answers_along(city):
    id = await city.submit(text=TEXT, kind="consult", answers=POWER)
    made = await city.do(city.li, requests.make_order, id=id, version=(await city.request(id)).version,
                         matter_code="", spot=city.spot(HERE))  # fmt: skip
    assert (await city.order(made.order_id)).answers == [KEPT]


async def test_the_parts_of_a_split_case_show_what_was_answered(city):
    id = await city.submit(text=TEXT, answers=POWER)
    parts = [split.Part(COVER, COVER_RULE, unit, "处置", "多家") for unit in ("zj", "cg")]
    await city.move(city.li, split.ask_split, id, parts=parts, op_id=an_id())
    await city.release()
    assert [(await city.order(split.part_id(id, n))).answers for n in (1, 2)] == [[KEPT]] * 2
