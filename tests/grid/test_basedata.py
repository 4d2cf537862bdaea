"""信息采集 on both stores: versions, conflicts by field, who sees what, what is never kept in clear."""

from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from server.grid.basedata import service
from server.grid.basedata.facts import BaseFieldName, BaseKind, BaseSource, EndReason
from server.grid.basedata.service import Told
from server.grid.basedata.tables import BaseChange, BaseLook, BaseRecord
from server.kernel.ids import valid_resident_id
from tests.city import CELL, HERE, OTHER_STREET, on_sqlite, refusal
from tests.factories import an_id, an_officer

F, K = BaseFieldName, BaseKind
OTHER_CELL = "440103006107005"
ELSEWHERE = an_officer(id="else", cells=(OTHER_CELL,))
NUMBER = next(  # 999999 is nobody's area
    n for n in (f"99999919491231001{check}" for check in "0123456789X") if valid_resident_id(n)
)
PHONE, SECOND, THIRD = "13800138101", "13800138102", "13800138103"
RECORD = """query ($id: ID!) { baseRecord(id: $id) {
  title version due actions facts { name value masked reveals } alikeElsewhere alike { id title }
  members { id title } looks { fact reason by { name } }
  history { version verb claimedAt by { name } fields { name before after } } } }"""
EDIT = "mutation ($input: EditBase!) { editBase(input: $input) { version facts { name value } } }"


async def household(city, by=None, **facts):
    """A building, a room in it, and somebody who lives there; their ids."""
    by, ids = by or city.chen, (an_id(), an_id(), an_id())
    building, room, person = ids
    cell = next(iter(by.cells))
    await city.do(by, service.create, id=building, kind=K.BUILDING, cell=cell,
                  facts={F.ADDRESS: "恩宁路99号", F.BUILDING_CODE: "LW000099"})  # fmt: skip
    await city.do(by, service.create, id=room, kind=K.ROOM, parent_id=building,
                  facts={F.ADDRESS: "恩宁路99号302房", F.OWNER: "某业主"})  # fmt: skip
    await city.do(by, service.create, id=person, kind=K.RESIDENT, parent_id=room,
                  facts={F.NAME: "某甲乙", F.PHONE: PHONE, **facts})  # fmt: skip
    return ids


def value(record, name):
    return {fact["name"]: fact["value"] for fact in record["facts"]}.get(name)


async def read(city, actor, id):
    return (await city.ask(actor, RECORD, id=id))["baseRecord"]


async def test_a_household_is_bound_to_its_cell_and_masked(city):
    _building, room, person = await household(city, **{F.ID_NUMBER: NUMBER, F.BORN_ON: "1949-12-31"})
    assert {row.cell for row in await city.rows(BaseRecord)} == {CELL}
    mine = await read(city, city.chen, person)
    assert mine["title"] == "某甲乙"
    assert [value(mine, name) for name in ("PHONE", "ID_NUMBER", "BORN_ON")] == [
        "138****8101", NUMBER[:3] + "*" * 11 + NUMBER[-4:], "1949",
    ]  # fmt: skip
    assert mine["actions"] == ["EDIT", "VERIFY", "MOVE", "END"]
    assert {f["name"]: f["reveals"] for f in mine["facts"]} == {
        "NAME": False, "PHONE": True, "ID_NUMBER": False, "BORN_ON": False,
    }  # fmt: skip
    desk = await read(city, city.li, person)
    assert (desk["title"], desk["actions"]) == ("某*", [])
    [member] = (await read(city, city.chen, room))["members"]
    assert member["id"] == person
    for stranger in (ELSEWHERE, city.wang, city.clerk, city.arbiter, city.audit):
        assert await city.refused(stranger, RECORD, id=person) == ["NOT_FOUND"]


async def test_nothing_personal_is_stored_in_clear(city):
    _, _, person = await household(city, **{F.ID_NUMBER: NUMBER})
    await city.do(
        city.chen, service.edit, id=person, version=1, facts={F.PHONE: SECOND, F.EMPLOYER: "某茶楼"}
    )
    async with city.office.reading() as session:
        connection = await session.connection()
        for name in SQLModel.metadata.tables:
            for row in await connection.exec_driver_sql(f'SELECT * FROM "{name}"'):
                stored = str(tuple(row))
                assert not [word for word in ("某甲乙", "某茶楼", PHONE, SECOND, NUMBER) if word in stored], (
                    name
                )


async def test_it_is_found_by_address_code_and_whole_numbers_only(city):
    building, room, person = await household(city, **{F.ID_NUMBER: NUMBER})
    search = (
        "query ($s: String!) { baseRecords(kinds: [BUILDING, ROOM, RESIDENT], search: $s) { items { id } } }"
    )

    async def found(words, actor=city.chen):
        return [row["id"] for row in (await city.ask(actor, search, s=words))["baseRecords"]["items"]]

    assert set(await found("恩宁路99")) == {building, room, person}
    assert await found("lw0000") == [building]
    assert await found("%") == await found("某甲乙") == await found(PHONE[:7]) == []
    assert await found(PHONE) == await found(NUMBER) == [person]
    assert await found(PHONE, city.mei) == [person]
    assert await found(PHONE, ELSEWHERE) == []
    assert await city.refused(city.wang, search, s="") == ["NOT_ALLOWED"]


async def test_disjoint_changes_merge_and_the_same_fact_asks(city):
    _, _, person = await household(city)
    await city.do(city.huang, service.edit, id=person, version=1, facts={F.EMPLOYER: "某茶楼"})
    await city.do(city.chen, service.edit, id=person, version=1, facts={F.PHONE: SECOND},
                  told=Told(claimed_at=city.clock() - timedelta(days=400)))  # fmt: skip
    async with refusal(city.office, "BASEDATA_CONFLICT") as refused:
        await city.do(city.huang, service.edit, id=person, version=2, facts={F.PHONE: THIRD, F.SEX: "male"})
    assert refused.value.params | {"at": ""} == {"fields": "PHONE", "now": 3, "by": "chen", "at": ""}
    await city.do(city.huang, service.edit, id=person, version=3, facts={F.PHONE: THIRD, F.SEX: "male"})
    record = await read(city, city.chen, person)
    assert (record["version"], value(record, "PHONE"), value(record, "EMPLOYER")) == (
        4,
        "138****8103",
        "某茶楼",
    )
    told = [(v["version"], v["verb"], v["by"]["name"], len(v["fields"])) for v in record["history"]]
    assert told == [
        (4, "EDIT", "Huang", 2),
        (3, "EDIT", "Chen", 1),
        (2, "EDIT", "Huang", 1),
        (1, "CREATE", "Chen", 2),
    ]
    assert record["history"][1]["fields"] == [
        {"name": "PHONE", "before": "138****8101", "after": "138****8102"}
    ]
    claims = [version["claimedAt"] is not None for version in record["history"]]
    assert claims == [False, True, False, False], "the phone's time is kept beside the server's"


async def test_sent_twice_it_happens_once(city):
    _, _, person = await household(city)
    input = {"id": person, "version": 1, "facts": [{"name": "PHONE", "value": SECOND}], "opId": an_id()}
    for _ in range(2):
        assert (await city.ask(city.chen, EDIT, input=input))["editBase"]["version"] == 2
    other = {**input, "facts": [{"name": "PHONE", "value": THIRD}]}
    assert await city.refused(city.chen, EDIT, input=other) == ["KEY_REUSED"]
    same = {**input, "opId": an_id(), "version": 1}  # an older form that says what is known already
    assert (await city.ask(city.chen, EDIT, input=same))["editBase"]["version"] == 2


async def test_who_looks_leaves_a_line_and_who_reveals_says_why(city):
    _, _, person = await household(city)
    for _ in range(2):
        await read(city, city.li, person)
    reveal = "mutation ($id: ID!, $why: String!) { revealBase(id: $id, name: PHONE, reason: $why) }"
    assert await city.refused(city.li, reveal, id=person, why=" ") == ["TEXT_REQUIRED"]
    assert (await city.ask(city.li, reveal, id=person, why="核对水浸名单"))["revealBase"] == PHONE
    assert await city.verbs(person, "base") == ["create", "look", "reveal"]
    looks = (await read(city, city.chen, person))["looks"]
    assert [(look["by"]["name"], look["fact"], look["reason"]) for look in looks] == [
        ("Li", "PHONE", "核对水浸名单"), ("Li", None, ""),
    ] or {look["by"]["name"] for look in looks} == {"Li", "Chen"}  # fmt: skip
    for name in (F.NAME, F.ID_NUMBER):
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.do(city.chen, service.reveal, id=person, name=name, reason="想看")
    assert len(await city.rows(BaseLook, BaseLook.field == "phone")) == 1


async def test_there_is_an_end_to_revealing(city):
    _, _, person = await household(city)
    for _ in range(30):
        await city.do(city.chen, service.reveal, id=person, name=F.PHONE, reason="核对")
    async with refusal(city.office, "REVEALED_ENOUGH"):
        await city.do(city.chen, service.reveal, id=person, name=F.PHONE, reason="核对")


async def test_seen_again_all_as_it_was(city):
    _, _, person = await household(city)
    city.clock.advance(days=181)
    due = "{ baseRecords(kinds: [RESIDENT], due: true) { items { id due } } }"
    assert (await city.ask(city.chen, due))["baseRecords"]["items"] == [{"id": person, "due": True}]
    verify = "mutation ($id: ID!, $op: ID!) { verifyBase(id: $id, opId: $op) { due version } }"
    op = an_id()
    for _ in range(2):
        assert (await city.ask(city.chen, verify, id=person, op=op))["verifyBase"] == {
            "due": False,
            "version": 2,
        }
    assert (await city.ask(city.chen, due))["baseRecords"]["items"] == []


async def test_a_record_is_ended_never_deleted(city):
    _building, room, person = await household(city)
    async with refusal(city.office, "STILL_INHABITED"):
        await city.do(city.chen, service.end, id=room, reason=EndReason.DEMOLISHED)
    async with refusal(city.office, "BAD_INPUT"):
        await city.do(city.chen, service.end, id=person, reason=EndReason.DEMOLISHED)
    await city.do(city.chen, service.end, id=person, reason=EndReason.MOVED_AWAY)
    async with refusal(city.office, "RECORD_ENDED"):
        await city.do(city.chen, service.edit, id=person, version=2, facts={F.PHONE: SECOND})
    record = await read(city, city.chen, person)
    assert (record["actions"], record["history"][0]["verb"]) == ([], "END")
    assert len(await city.rows(BaseChange, BaseChange.record_id == person)) == 2


async def test_one_person_twice_is_pointed_out_and_made_one(city):
    _, _old_room, old = await household(city, **{F.ID_NUMBER: NUMBER})
    _, room, new = await household(city, **{F.ID_NUMBER: NUMBER})
    record = await read(city, city.chen, new)
    assert ([twin["id"] for twin in record["alike"]], record["alikeElsewhere"]) == ([old], False)
    await city.do(city.chen, service.merge, id=new, into=old, moves=True)
    rows = {row.id: row for row in await city.rows(BaseRecord)}
    assert (rows[old].parent_id, rows[new].merged_into, rows[new].ended_at is None) == (room, old, False)
    await household(city, ELSEWHERE, **{F.ID_NUMBER: NUMBER})
    record = await read(city, city.chen, old)
    assert (record["alike"], record["alikeElsewhere"]) == ([], True)


async def test_one_writes_in_ones_own_cells_only(city):
    _building, room, person = await household(city, ELSEWHERE)
    for verb, facts in (
        (service.edit, {"version": 1, "facts": {F.PHONE: SECOND}}), (service.verify, {}),
        (service.end, {"reason": EndReason.GONE}), (service.reveal, {"name": F.PHONE, "reason": "看"}),
    ):  # fmt: skip
        async with refusal(city.office, "NOT_FOUND"):
            await city.do(city.chen, verb, id=person, **facts)
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(
            city.chen, service.create, id=an_id(), kind=K.RESIDENT, parent_id=room, facts={F.NAME: "某"}
        )
    async with refusal(city.office, "BAD_INPUT"):
        await city.do(city.chen, service.create, id=an_id(), kind=K.BUILDING, cell=OTHER_CELL,
                      facts={F.ADDRESS: "某路", F.BUILDING_CODE: "X1"})  # fmt: skip
    async with refusal(city.office, "NEEDS_PARENT"):
        await city.do(city.chen, service.create, id=an_id(), kind=K.RESIDENT, facts={F.NAME: "某"})
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.li, service.verify, id=person)


@on_sqlite
@pytest.mark.parametrize("verb", ["create", "edit"])
async def test_a_grid_officer_inspects_no_enterprise(city, verb):
    building, *_ = await household(city)
    shop, told = an_id(), Told(BaseSource.INSPECTION)
    if verb == "edit":
        await city.do(
            city.chen, service.create, id=shop, kind=K.ORGANISATION, parent_id=building, facts={F.NAME: "店"}
        )
    more = {"kind": K.ORGANISATION, "parent_id": building} if verb == "create" else {"version": 1}
    async with refusal(city.office, "NOT_AN_INSPECTOR"):
        await city.do(city.chen, getattr(service, verb), id=shop, facts={F.NAME: "小店"}, told=told, **more)
    sheet = (await city.ask(city.chen, "{ baseSheet(kind: ORGANISATION) { sources } }"))["baseSheet"]
    assert sheet["sources"] == ["VISIT", "DECLARED", "DEPARTMENT"]


async def test_a_leader_learns_how_many_and_never_who(city):
    for _ in range(2):
        await household(city)
    counts = "{ baseCounts { kind n } }"
    told = {row["kind"]: row["n"] for row in (await city.ask(city.lin, counts))["baseCounts"]}
    assert told == dict.fromkeys(told), "below ten a number could be a person"
    for _ in range(8):
        await household(city)
    told = {row["kind"]: row["n"] for row in (await city.ask(city.lin, counts))["baseCounts"]}
    assert (told["RESIDENT"], told["FACILITY"]) == (10, None)


PLACES = "query ($kinds: [BaseKind!]!) { basePlaces(kinds: $kinds) { id title lon lat } }"
LOCATE = """mutation ($id: ID!, $op: ID!, $lon: Float!, $lat: Float!) {
  locateBase(id: $id, opId: $op, place: {lon: $lon, lat: $lat, datum: WGS84}) { version verifiedAt } }"""


async def test_what_stands_somewhere_is_put_on_the_map_and_people_never(city):
    building, room, person = await household(city)
    kinds = ["BUILDING", "ROOM", "RESIDENT", "ORGANISATION", "FACILITY"]
    assert (await city.ask(city.chen, PLACES, kinds=kinds))["basePlaces"] == []
    here, op = {"lon": HERE.lon, "lat": HERE.lat}, an_id()
    for _ in range(2):
        await city.ask(city.chen, LOCATE, id=building, op=op, **here)
    told = (await city.ask(city.huang, PLACES, kinds=kinds))["basePlaces"]
    assert told == [{"id": building, "title": "恩宁路99号", **here}]
    assert (await city.ask(city.li, PLACES, kinds=kinds))["basePlaces"] == told
    assert (await city.ask(ELSEWHERE, PLACES, kinds=kinds))["basePlaces"] == []
    assert (await city.ask(city.chen, PLACES, kinds=["FACILITY"]))["basePlaces"] == []
    history = (await read(city, city.chen, building))["history"]
    assert [each["verb"] for each in history] == ["LOCATE", "CREATE"]
    for id, place, by, code in (
        (person, here, city.chen, "NOT_ON_THE_MAP"), (room, here, city.chen, "NOT_ON_THE_MAP"),
        (building, {"lon": OTHER_STREET.lon, "lat": OTHER_STREET.lat}, city.chen, "OUTSIDE_ITS_CELL"),
        (building, here, ELSEWHERE, "NOT_FOUND"), (building, here, city.li, "NOT_ALLOWED"),
    ):  # fmt: skip
        assert await city.refused(by, LOCATE, id=id, op=an_id(), **place) == [code]
    assert await city.refused(city.wang, PLACES, kinds=kinds) == ["NOT_ALLOWED"]
