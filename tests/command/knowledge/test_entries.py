"""One person writes, another publishes; what holds is what is answered, in every process."""

from datetime import date

import pytest

from server.command.knowledge import service
from server.command.knowledge.book import Knowledge
from server.command.knowledge.flow import FLOW, EntryAction, EntryState
from server.command.knowledge.rules import AnswerUse
from server.command.knowledge.tables import KnowledgeEntry, KnowledgeUse
from server.kernel.actors import DISPATCHERS, Post
from server.kernel.errors import NotAllowed, NotFound
from tests.city import on_sqlite, refusal
from tests.command.knowledge.writing import entry, known, published, verb_of, words, written


@pytest.mark.parametrize("row", FLOW.steps, ids=lambda row: f"{row.source}-{row.action}")
def test_each_step_is_refused_to_every_other_post(row):
    for post in set(Post) - row.posts:
        with pytest.raises(NotAllowed):
            FLOW.step(row.source, row.action, post)
    assert row.posts in (DISPATCHERS, {Post.SYSTEM})


async def test_what_one_wrote_holds_once_another_published_it(city):
    id = await written(city)
    assert (await known(city)).entries == {}
    async with refusal(city.office, "OWN_WORDS"):
        await verb_of(city, service.publish, id, city.li)
    await verb_of(city, service.publish, id)
    row = (await known(city)).entries[id]
    assert (row.state, row.no, row.published_by, row.published_at) == ("published", 1, "he", city.clock())
    assert await city.verbs(id, "knowledge") == ["write", "publish"]
    assert service.answer(city.office, id).source == "城市供水条例"


async def test_a_correction_is_a_new_version_and_the_old_one_stays_readable(city):
    id = await published(city)
    later = await written(city, city.he, entry_id=id, answer="会，提前 24 小时通知；抢修的，同时通知。")
    assert service.answer(city.office, id).no == 1
    async with refusal(city.office, "DRAFT_WAITS"):
        await written(city, entry_id=id)
    await verb_of(city, service.publish, later, city.li)
    await known(city)
    assert service.answer(city.office, id).no == 2
    states = {row.no: row.state for row in await city.rows(KnowledgeEntry)}
    assert states == {1: "replaced", 2: "published"}
    assert await city.verbs(id, "knowledge") == ["write", "publish", "replace"]


async def test_who_changed_a_draft_last_does_not_publish_it(city):
    id = await written(city, city.li)
    await verb_of(city, service.revise, id, city.he, words=words(answer="改过的。"))
    async with refusal(city.office, "OWN_WORDS"):
        await verb_of(city, service.publish, id, city.he)
    await verb_of(city, service.publish, id, city.li)
    assert (await entry(city, id)).answer == "改过的。"


async def test_what_is_retired_or_dropped_is_not_answered(city):
    id, draft = await published(city), await written(city)
    await verb_of(city, service.drop, draft)
    await verb_of(city, service.retire, id)
    await known(city)
    with pytest.raises(NotFound):
        service.answer(city.office, id)
    assert city.office.of(Knowledge).answer("停水会提前通知吗").best is None
    async with refusal(city.office, "ILLEGAL_STEP"):
        await verb_of(city, service.retire, id)


async def test_a_process_that_published_nothing_learns_of_it_from_the_counter(city):
    other = Knowledge(city.office.of(Knowledge).speech)
    await other.refresh(city.office)
    id = await published(city)
    await other.refresh(city.office)
    assert (list(other.entries), other.changes) == ([id], 1)


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code"),
    [({"source": " "}, "SOURCE_NEEDED"), ({"answer": "一\n二\n三\n四\n五\n六"}, "ANSWER_TOO_TALL"),
     ({"answer": ""}, "TEXT_REQUIRED"), ({"question": "问" * 101}, "TEXT_TOO_LONG"),
     ({"unit_id": "nobody"}, "BAD_INPUT"), ({"entry_id": "nothing"}, "NOT_FOUND")],
)  # fmt: skip
async def test_what_does_not_fit_leaves_nothing(city, facts, code):
    async with refusal(city.office, code):
        await written(city, **facts)


@on_sqlite
@pytest.mark.parametrize("who", ["chen", "wang", "arbiter", "clerk", "lin"])
async def test_only_dispatchers_write_and_see_drafts(city, who):
    person = getattr(city, who)
    async with refusal(city.office, "NOT_ALLOWED"):
        await written(city, person)
    id = await written(city)
    with pytest.raises(NotFound):
        await verb_of(city, service.retire, id, person)


async def test_answers_are_counted_once_per_person_and_day(city):
    id = await published(city)
    for person in (city.ann, city.ann, city.ben):
        await city.do(person, service.use, entry_id=id, how=AnswerUse.ASKED, area="440103006")
    await city.do(city.ann, service.use, entry_id=id, how=AnswerUse.USEFUL, area="440103006")
    await city.do(city.ann, service.use, entry_id=id, how=AnswerUse.USELESS, area="440103006")
    [row] = await city.rows(KnowledgeUse)
    assert (row.area, row.day, row.asked, row.useful, row.useless) == (
        "440103006", city.clock().date(), 2, 1, 0,
    )  # fmt: skip
    assert [each.entry_id for each in await service.often(city.office, "440103006107")] == [id]
    city.clock.advance(days=8)
    assert await service.often(city.office, "440103006107") == []
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ann, service.use, entry_id="nothing", how=AnswerUse.ASKED, area="")


async def test_the_staffs_own_answers_are_not_for_citizens(city):
    id = await published(city, staff_only=True, source_on=date(2024, 1, 1))
    book = city.office.of(Knowledge)
    assert book.answer("停水会提前通知吗").best is None
    assert book.answer("停水会提前通知吗", staff=True).best.entry_id == id
    ask = "query($q: String!) { answer(question: $q) { best { id source sourceOn } near { id } } }"
    assert await city.ask(city.ann, ask, q="停水") == {"answer": {"best": None, "near": []}}
    found = await city.ask(city.wang, ask, q="停水")
    assert found["answer"]["best"] == {"id": id, "source": "城市供水条例", "sourceOn": "2024-01-01"}
    assert await city.refused(city.ann, "query($id: ID!) { knowledgeAnswer(id: $id) { id } }", id=id) == [
        "NOT_FOUND"
    ]


async def test_the_desk_reads_versions_counts_and_buttons(city):
    id = await published(city, review_on=date(2020, 1, 1))
    await written(city, city.he, entry_id=id, question="停水要提前多久通知？")
    page = """query($s: EntryState!, $due: Boolean!) {
        knowledge(state: $s, due: $due) { items { no reviewDue actions } } }"""
    held = await city.ask(city.he, page, s="PUBLISHED", due=True)
    assert held["knowledge"]["items"] == [{"no": 1, "reviewDue": True, "actions": ["RETIRE"]}]
    own = await city.ask(city.he, page, s="DRAFT", due=False)
    assert own["knowledge"]["items"] == [{"no": 2, "reviewDue": False, "actions": ["REVISE", "DROP"]}]
    others = await city.ask(city.li, page, s="DRAFT", due=False)
    assert others["knowledge"]["items"][0]["actions"] == ["REVISE", "PUBLISH", "DROP"]
    found = await city.ask(city.li, "{ knowledgeCounts { state count } }")
    assert found["knowledgeCounts"] == [{"state": "DRAFT", "count": 1}, {"state": "PUBLISHED", "count": 1}]
    assert (await city.ask(city.wang, page, s="DRAFT", due=False))["knowledge"]["items"] == []
    assert EntryAction.PUBLISH in FLOW.offered(EntryState.DRAFT, Post.DISTRICT_DISPATCHER)
