"""Citizens' messages from a file: each row once, with its own time and likes; a bad row spoils no other."""

import csv
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from server.app import DATA
from server.command.orders.tables import WorkOrder
from server.command.requests.kinds import Kinds
from server.command.requests.tables import CitizenRequest
from server.integrations.messages import BATCH, COLUMNS, BadFile, Refused, read_messages
from server.platform.areas import AreaLevel
from tests.city import City, an_office, everything, on_sqlite
from tests.clock import MONDAY, SHANGHAI
from tests.command.orders.counting import counters_agree
from tests.factories import DISTRICT

ROW = {
    "message_id": "m1", "user_id": "u1", "title": "建议在路口加装路灯", "opposes": "0", "likes": "7",
    "created_at": "2026-02-27T11:25:05+08:00", "body": "这条路晚上没有路灯，走路不安全。",
}  # fmt: skip
AT = datetime(2026, 2, 27, 11, 25, 5, tzinfo=SHANGHAI)
LIST = """query ($lane: OrderLane, $area: String) { orders(lane: $lane, area: $area, sort: LIKES) {
            total items { id title likes source lanes reportedAt } } }"""


@pytest.fixture
async def city(settings, clock):
    async with an_office(settings, clock) as office:
        city = City(office, clock)
        await city.hire()
        yield city


@pytest.fixture
def write(tmp_path):
    """A message file of these rows, each a change of ROW."""

    def write(*changes, name="messages.csv", columns=COLUMNS):
        file = tmp_path / name
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows({**ROW, **change} for change in changes)
        return file

    return write


def numbered(n, **rest):
    return [{"message_id": f"m{i}", "user_id": f"u{i % 3}", **rest} for i in range(n)]


async def test_a_message_becomes_a_request_and_an_order_with_its_own_time_and_likes(city, write):
    file = write(
        {}, {"message_id": "m2", "user_id": "u2", "title": "投诉夜间施工扰民", "body": "工地深夜还在打桩。"}
    )
    assert await read_messages(city.office, file, spread=False) == (2, 0, [])
    order = next(row for row in await city.rows(WorkOrder) if row.likes == 7 and row.title.startswith("建议"))
    request = await city.request(order.id)
    assert (order.source, order.title, order.text) == ("import", ROW["title"], ROW["body"])
    assert (order.reported_at, request.submitted_at, request.kind) == (AT, AT, "suggestion")
    assert (request.external_id, request.order_id, request.state) == ("messages/m1", order.id, "submitted")
    assert {row.kind for row in await city.rows(CitizenRequest)} == {"suggestion", "complaint"}
    assert len({row.reporter_id for row in await city.rows(CitizenRequest)}) == 2
    await counters_agree(city.office)


async def test_a_second_run_adds_nothing_and_new_rows_are_added_to_the_old(city, write):
    file = write(*numbered(5))
    assert await read_messages(city.office, file, spread=True) == (5, 0, [])
    before = await everything(city.office)
    city.clock.advance(hours=1)
    assert await read_messages(city.office, file, spread=True) == (0, 5, [])
    assert await everything(city.office) == before
    assert await read_messages(city.office, write(*numbered(7)), spread=True) == (2, 5, [])
    doubled = write(*numbered(3, title="请问路灯几时修"), *numbered(8), name="twice.csv")
    assert await read_messages(city.office, doubled, spread=True) == (1, 10, [])


@on_sqlite
async def test_a_run_that_was_cut_off_goes_on_where_it_stopped(city, write):
    """A batch is kept whole or not at all."""
    file = write(*numbered(BATCH + 10))

    def cut_off(_size):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await read_messages(city.office, file, spread=False, progress=cut_off)
    assert len(await city.rows(WorkOrder)) == BATCH
    assert await read_messages(city.office, file, spread=False) == (10, BATCH, [])
    numbers = sorted(row.no[:-1] for row in await city.rows(WorkOrder))
    assert numbers == [f"LW20260302-{n:04}" for n in range(1, BATCH + 11)]


BAD = [
    ({"created_at": "昨天"}, "BAD_INPUT", "created_at"),
    ({"created_at": ""}, "BAD_INPUT", "created_at"),
    ({"created_at": "2026-02-27T11:25:05"}, "BAD_INPUT", "created_at"),
    ({"created_at": "2026-03-02T09:00:01+08:00"}, "BAD_INPUT", "created_at"),
    ({"created_at": "1991-12-31T23:59:59+08:00"}, "BAD_INPUT", "created_at"),
    ({"created_at": "0001-01-01T00:00:00+08:00"}, "BAD_INPUT", "created_at"),
    ({"body": "长" * 10_000}, "TEXT_TOO_LONG", "text"),
    ({"body": "长" * 200_000}, "TEXT_TOO_LONG", "text"),
    ({"body": "门牌\x07号"}, "BAD_CHARACTERS", "text"),
    ({"body": "门牌\x00号"}, "BAD_CHARACTERS", "text"),
    ({"title": "题\u202e目"}, "BAD_CHARACTERS", "title"),
    ({"title": "题" * 201}, "TEXT_TOO_LONG", "title"),
    ({"title": " ", "body": " "}, "NOTHING_REPORTED", "text"),
    ({"message_id": ""}, "TEXT_REQUIRED", "message_id"),
    ({"message_id": "m\x00"}, "BAD_CHARACTERS", "message_id"),
    ({"message_id": "m" * 65}, "TEXT_TOO_LONG", "message_id"),
    ({"likes": "many"}, "BAD_INPUT", "likes"),
    ({"likes": "-1"}, "BAD_INPUT", "likes"),
    ({"likes": "99999999999"}, "BAD_INPUT", "likes"),
]


async def test_a_row_that_cannot_be_taken_is_refused_by_its_line_and_spoils_no_other(city, write):
    bad = [{"message_id": f"b{n}", **change} for n, (change, *_) in enumerate(BAD)]
    file = write({"message_id": "first"}, *bad, {"message_id": "last"})
    added, known, refused = await read_messages(city.office, file, spread=False)
    assert (added, known) == (2, 0)
    assert [(row.code, row.field) for row in refused] == [(code, field) for _, code, field in BAD]
    assert [row.line for row in refused] == list(range(3, 3 + len(BAD)))
    assert {row.external_id for row in await city.rows(CitizenRequest)} == {"messages/first", "messages/last"}
    assert len(await city.rows(WorkOrder)) == 2
    assert [line.verb for line in await city.lines((await city.rows(WorkOrder))[0].id)] == ["order.report"]
    table = list(csv.DictReader(Refused.table(refused).splitlines()))
    assert table[0] == {"line": "3", "message_id": "b0", "code": "BAD_INPUT", "field": "created_at"}
    assert await read_messages(city.office, file, spread=False) == (0, 2, refused)


@on_sqlite
async def test_a_title_alone_says_something_and_a_short_row_is_a_bad_row(city, write):
    file = write({"body": ""}, {"message_id": "m2", "likes": ""})
    with file.open("a", encoding="utf-8") as text:
        text.write("m3,u3\n")
    added, _, refused = await read_messages(city.office, file, spread=False)
    assert (added, [(row.line, row.field) for row in refused]) == (2, [(4, "created_at")])


@on_sqlite
@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"a,b\n1,2\n", "标题,正文\n".encode("gb18030"), b"\xff\xfe\x00\x01", b"PK\x03\x04\x00"],
)
async def test_what_is_no_message_file_is_refused_whole(city, tmp_path, content):
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    before = await everything(city.office)
    with pytest.raises(BadFile) as refused:
        await read_messages(city.office, file, spread=False)
    assert (refused.value.code, "missing" in refused.value.params) == ("BAD_FILE", True)
    assert await everything(city.office) == before


@on_sqlite
async def test_the_columns_that_are_missing_are_named(city, write):
    with pytest.raises(BadFile) as refused:
        await read_messages(city.office, write({}, columns=("message_id", "title", "body")), spread=False)
    assert refused.value.params == {"missing": "created_at, likes, opposes, user_id"}


@on_sqlite
async def test_a_byte_order_mark_is_no_part_of_the_first_column(city, write):
    file = write({})
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert await read_messages(city.office, file, spread=False) == (1, 0, [])


async def test_with_spread_every_message_has_a_community_and_always_the_same(city, write):
    await read_messages(city.office, write(*numbered(30)), spread=True)
    found = {row.id: (row.area, row.lon, row.lat) for row in await city.rows(WorkOrder)}
    assert {city.office.areas.by_code(area).level for area, *_ in found.values()} == {AreaLevel.COMMUNITY}
    assert len({area for area, *_ in found.values()}) > 15
    communities = city.office.areas.communities  # the same wherever and whenever the file is read
    for request in await city.rows(CitizenRequest):
        digest = int(sha256(str(request.external_id).encode()).hexdigest()[:16], 16)
        area = communities[digest % len(communities)]
        assert found[request.id] == (area.code, area.at.lon, area.at.lat)
    listed = await city.ask(city.li, LIST, lane="TO_DISPATCH")
    assert listed["orders"]["total"] == 30


async def test_without_spread_they_wait_to_be_put_on_the_map_and_count_in_the_district(city, write):
    old = (MONDAY - timedelta(days=3)).isoformat()
    rows = [
        {"message_id": f"m{n}", "likes": str(n), "created_at": MONDAY.isoformat() if n else old}
        for n in range(3)
    ]
    await read_messages(city.office, write(*rows), spread=False)
    found = (await city.ask(city.li, LIST, lane="TO_LOCATE"))["orders"]
    assert (found["total"], [item["likes"] for item in found["items"]]) == (3, [2, 1, 0])
    assert all(item["lanes"] == ["TO_LOCATE"] and item["source"] == "IMPORT" for item in found["items"])
    assert (await city.ask(city.li, LIST, lane="TO_DISPATCH"))["orders"]["total"] == 0
    board = "{ board { newToday { value } open { value } overdue { value } } }"
    assert (await city.ask(city.lin, board))["board"] == {
        "newToday": {"value": 2.0}, "open": {"value": 3.0}, "overdue": {"value": 1.0},
    }  # fmt: skip
    assert {row.area for row in await city.rows(WorkOrder)} == {DISTRICT}
    near = "query ($at: PlaceInput!) { nearby(at: $at) { id } }"
    assert (await city.ask(city.ann, near, at={"lon": 113.237, "lat": 23.117, "datum": "WGS84"}))[
        "nearby"
    ] == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("举报无证餐饮", "report"), ("投诉噪声扰民", "complaint"), ("建议增设垃圾桶", "suggestion"),
        ("感谢环卫工人", "praise"), ("请问如何办理居住证？", "consult"), ("路灯坏了", "help"),
        ("举报并投诉某店", "report"),
    ],
)  # fmt: skip
def test_a_title_announces_what_kind_of_request_it_is(title, kind):
    assert Kinds(DATA / "request-kinds.json").of(title) == kind
