"""What the citizen's app proposes, finds again by phone, and says of a case that rests or was rated."""

from datetime import timedelta

import pytest

from server.command.orders.flow import OrderAction
from server.command.requests.rules import Adoption, RatingReason, RequestKind, Solved
from server.command.requests.service import desk
from server.command.requests.service import unit as handling
from server.identity.errors import BadCode
from server.identity.service import Identity
from server.kernel.calendar import midnight
from server.platform.files import File
from server.platform.news import News
from tests.city import on_sqlite, refusal
from tests.command.requests.citizens import verb_of
from tests.command.requests.test_desk import asked, by, let_out, sent
from tests.factories import a_citizen, an_id

K = RequestKind
PHONE, OTHER = "13800138055", "13800138056"
AT = {"lon": 113.237, "lat": 23.117, "datum": "WGS84"}
HINT = """query ($t: String!, $at: PlaceInput, $k: RequestKind, $p: Boolean!, $a: Boolean!) {
  reportHint(text: $t, at: $at, kind: $k, pictured: $p, against: $a) {
    kind carried promiseValue promiseUnit matter { code } } }"""
SUBMIT = "mutation ($input: SubmitRequest!) { submitRequest(input: $input) { id kind complains } }"
MINE = "{ myRequests { total items { id photos { id } } } }"
RESTS = """query ($id: ID!) { request(id: $id) { state promisedAt pause { why until words } next { code at }
  reopens ratingUntil rating { solved level reasons text } actions
  timeline { verb opinion until reason } } }"""


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"mode": "demo"})


@on_sqlite
@pytest.mark.parametrize(
    ("text", "facts", "kind"),
    [("路灯不亮，晚上很黑", {}, "REPORT"), ("投诉窗口态度差", {}, "COMPLAINT"),
     ("建议增设座椅", {}, "SUGGESTION"), ("感谢网格员小陈", {"p": True}, "PRAISE"),
     ("请问居住证怎么办？", {}, "CONSULT"),
     ("请问居住证怎么办？", {"p": True}, "REPORT"),  # a picture is of a thing at a place
     ("路灯什么时候修好？", {}, "REPORT"),           # the catalogue knows the matter
     ("建议在这里装路灯", {"p": True}, "REPORT"), ("窗口让我跑了三趟", {"a": True}, "COMPLAINT"),
     ("路灯不亮", {"k": "CONSULT"}, "CONSULT")],     # what somebody chose stays
)  # fmt: skip
async def test_the_kind_is_proposed_and_a_request_without_one_gets_it(city, text, facts, kind):
    facts = {"p": False, "a": False, "k": None, **facts}
    hint = (await city.ask(city.ann, HINT, t=text, at=AT, **facts))["reportHint"]
    assert hint["kind"] == kind
    assert hint["carried"] == (kind == "REPORT" or (kind == "COMPLAINT" and not facts["a"]))
    photos = [await city.photo(city.ann)] if facts["p"] else []
    told = {"id": an_id(), "text": text, "place": AT, "kind": facts["k"], "photoIds": photos,
            "againstText": "陈嘉敏" if facts["a"] else ""}  # fmt: skip
    stored = (await city.ask(city.ann, SUBMIT, input=told))["submitRequest"]
    assert (stored["kind"], stored["complains"]) == (kind, facts["a"])
    assert bool((await city.request(stored["id"])).order_id) == hint["carried"]


@on_sqlite
async def test_the_promise_that_is_shown_is_the_kinds(city):
    for kind, days in (("CONSULT", 1), ("HELP", 3), ("SUGGESTION", 15)):
        hint = (await city.ask(city.ann, HINT, t="座椅", k=kind, p=False, a=False))["reportHint"]
        assert (hint["promiseValue"], hint["promiseUnit"]) == (days, "WORK_DAY")


def said(at):
    """A moment as an answer says it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def signed_in(city, phone):
    identity = city.office.of(Identity)
    code = await identity.send_code(phone, address="10.0.0.1")
    granted = await identity.verify_code(phone, code, guest=None, device="new", address="10.0.0.1")
    return a_citizen(id=granted.account_id)


async def test_who_proves_the_phone_finds_what_a_device_filed_with_it(city):
    photo = await city.photo(city.ben)
    id = await city.submit(city.ben, phone=PHONE, photo_ids=[photo])
    plain = await city.submit(city.ben)
    other = await city.submit(city.ben, phone=OTHER)
    first = await signed_in(city, PHONE)
    found = (await city.ask(first, MINE))["myRequests"]
    assert found == {"total": 1, "items": [{"id": id, "photos": [{"id": photo}]}]}
    assert {row.id for row in await city.rows(File, File.owner_id == first.id)} == {photo}
    left = (await city.ask(city.ben, MINE))["myRequests"]["items"]
    assert {row["id"] for row in left} == {plain, other}
    async with refusal(city.office, "NOT_FOUND"):
        await verb_of(city, id, desk.ask_info, city.ben, question="哪里？")
    [told] = await city.rows(News, News.subject_id == id, News.verb == "request.hand_over")
    assert all(f"person:{who}" in str(told.model_dump()) for who in (first.id, "ben"))  # his list drops it
    again = await signed_in(city, PHONE)  # the second time there is nothing new to find
    assert again.id == first.id
    assert (await city.news(id)).count("request.hand_over") == 1


async def test_what_somebody_signed_in_filed_stays_with_him_whatever_number_he_gave(city):
    owner = await signed_in(city, OTHER)
    id = await city.submit(owner, phone=PHONE)
    stranger = await signed_in(city, PHONE)
    assert (await city.ask(stranger, MINE))["myRequests"]["total"] == 0
    assert (await city.request(id)).reporter_id == owner.id


async def test_a_wrong_code_finds_nothing(city):
    id = await city.submit(city.ben, phone=PHONE)
    identity = city.office.of(Identity)
    code = await identity.send_code(PHONE, address="10.0.0.1")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    before = await city.news(id)
    with pytest.raises(BadCode):  # the try is counted, so there is a row of that
        await identity.verify_code(PHONE, wrong, guest=None, device="new", address="10.0.0.1")
    assert ((await city.request(id)).reporter_id, await city.news(id)) == ("ben", before)


async def test_the_reporter_reads_why_his_case_rests_and_until_when(city):
    id = await city.submit()
    await city.bring(id, "in_progress")
    promised = (await city.ask(city.ann, RESTS, id=id))["request"]["promisedAt"]
    until = city.clock().date() + timedelta(days=30)
    await city.apply(id, None, OrderAction.APPLY_SUSPENSION, words="等定制灯杆到货", until=until)
    await city.decide(id, city.tang)
    assert (await city.ask(city.ann, RESTS, id=id))["request"]["pause"] is None  # asked is not granted
    await city.decide(id, city.li)
    told = (await city.ask(city.ann, RESTS, id=id))["request"]
    end = said(midnight(until))
    assert told["pause"] == {"why": "SUSPENDED", "until": end, "words": "等定制灯杆到货"}
    assert (told["state"], told["next"], told["promisedAt"]) == (
        "EXTENDED", {"code": "resume", "at": end}, promised,
    )  # fmt: skip
    step = next(each for each in told["timeline"] if each["verb"] == "verb.order.suspend")
    assert (step["opinion"], step["until"]) == ("等定制灯杆到货", end)
    assert "pause" not in str(await city.refused(city.li, "{ deskRequests { items { pause { why } } } }"))


async def test_a_question_to_the_citizen_is_a_pause_with_its_deadline(city):
    id = await asked(city)
    await by(city, city.li, desk.ask_info, id, question="在哪个窗口？")
    told = (await city.ask(city.ann, RESTS, id=id))["request"]
    assert (told["pause"]["why"], told["pause"]["words"]) == ("ASKED", "在哪个窗口？")
    assert told["pause"]["until"] is not None and told["state"] == "NEEDS_YOU"


async def test_a_rating_may_be_thought_over_for_seven_days_from_what_was_said(city):
    id = await city.submit()
    await city.bring(id, "closed")
    assert (await city.ask(city.ann, RESTS, id=id))["request"]["reopens"] is True
    await city.rate(id, Solved.PARTLY, reasons=[RatingReason.SLOW, RatingReason.UNCLEAR], text="还差一点。")
    told = (await city.ask(city.ann, RESTS, id=id))["request"]
    assert told["rating"]["reasons"] == ["SLOW", "UNCLEAR"] and "RATE" in told["actions"]
    assert told["reopens"] is False
    assert told["ratingUntil"] == said(city.clock() + timedelta(days=7))
    city.clock.advance(days=7, seconds=1)
    told = (await city.ask(city.ann, RESTS, id=id))["request"]
    assert (told["ratingUntil"], "RATE" in told["actions"]) == (None, False)


PROPOSALS = """query ($v: Adoption, $after: String) {
  publishedProposals(verdict: $v, first: 1, after: $after) { items { id } next } }"""


async def test_published_suggestions_are_paged_by_verdict_and_a_hidden_author_stays_unpublished(city):
    async def suggested(verdict, **facts):
        id = await sent(city, K.SUGGESTION, **facts)
        await by(city, city.wang, handling.sign, id)
        await by(city, city.wang, handling.draft, id, text="已研究。", verdict=verdict)
        await by(city, city.tang, handling.reply, id)
        city.clock.advance(minutes=1)
        return await let_out(city, id)

    async def shown(**facts):
        return (await city.ask(city.ben, PROPOSALS, **facts))["publishedProposals"]

    first = await suggested(Adoption.ADOPTED)
    second = await suggested(Adoption.NOT_ADOPTED)
    await suggested(Adoption.ADOPTED, confidential=True)
    page = await shown()
    assert page["items"] == [{"id": second}]
    rest = await shown(after=page["next"])
    assert (rest["items"], rest["next"]) == ([{"id": first}], None)
    assert await shown(v="ADOPTED") == {"items": [{"id": first}], "next": None}
    assert await shown(v="PARTLY") == {"items": [], "next": None}
