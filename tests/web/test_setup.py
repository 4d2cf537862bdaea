"""Editions over HTTP: handed in whole or not at all, and taken home by those who may."""

import httpx
import pytest

from server.kernel.actors import Post
from server.platform import sheets
from server.platform.editions import Edition
from server.platform.sheets import MOST_BYTES
from tests.city import an_office, everything
from tests.identity.house import PASSWORD, count, hire
from tests.phones import Phone
from tests.web.house import serving

HEADING = "事项编码或前缀,审批状态\n"


async def signed_in_by_http(client: httpx.AsyncClient, staff_no: str, password: str = "sanwei-demo") -> str:
    """A bearer token of somebody of the staff."""
    told = {"staffNo": staff_no, "password": password, "device": "test"}
    answer = await client.post(
        "/auth/officer/login", json=told, headers={"origin": str(client.base_url).rstrip("/")}
    )
    return str(answer.json()["accessToken"])


async def rows_of(client: httpx.AsyncClient, token: str) -> dict[str, list[list[str]]]:
    """The catalogue as shipped, as a spreadsheet shows it: heading and rows by the name of the sheet."""
    headers = {"authorization": f"Bearer {token}"}
    content = (await client.get("/setup/catalogue/editions/0/xlsx", headers=headers)).content
    return {
        name: [[*rows[0][1]], *([*row.values()] for _, row in rows)]
        for name in sheets.names(content) if (rows := sheets.read(content, sheet=name))
    }  # fmt: skip


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
async def server(office):
    async with serving(office) as server:
        yield server


@pytest.fixture
async def client(office, server):
    await hire(office, "xt01", post=Post.ADMIN_SYS)
    async with httpx.AsyncClient(base_url=server.url) as client:
        client.headers["authorization"] = f"Bearer {await signed_in_by_http(client, 'xt01', PASSWORD)}"
        yield client


def hand_in(client, file, kind="catalogue", **fields):
    return client.post(f"/setup/{kind}/editions", files={"file": ("x.csv", file)}, data=fields)


async def test_a_file_goes_in_and_comes_out(office, client):
    csv = f"{HEADING}06010,已批准入格\n".encode()
    answer = await hand_in(client, csv, sheet="in_grid", note="只留一个")
    assert (answer.status_code, answer.json()) == (201, {"kind": "catalogue", "no": 1})
    home = await client.get("/setup/catalogue/editions/1/csv?sheet=in_grid")
    assert home.headers["content-disposition"] == 'attachment; filename="edition-catalogue-1-in_grid.csv"'
    assert home.content.decode("utf-8-sig").splitlines()[1].startswith("06010,已批准入格,")
    json = await client.get("/setup/catalogue/editions/1/json")
    assert json.headers["content-type"].startswith("application/json") and len(json.json()["in_grid"]) == 1
    assert set(await rows_of(client, client.headers["authorization"][7:])) == {
        "管理事项", "立案条件", "入格审批", "管理部件", "上报提问",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "fields", "code"),
    [
        (f"{HEADING}06010,已批准\n".encode(), {"sheet": "in_grid"}, "BAD_SHEET"),
        ("审批状态\n已批准入格\n".encode(), {"sheet": "in_grid"}, "COLUMN_MISSING"),
        (b"\xff\xfe\x00", {}, "NOT_A_SHEET"),
        (b"PK nonsense", {}, "NOT_A_SHEET"),
        (b"{", {}, "NOT_A_SHEET"),
        (b'{"matters": []}', {}, "BAD_SHEET"),
        (f"{HEADING}06010,已批准入格\n".encode(), {"sheet": "in_grid", "note": "x" * 201}, "TEXT_TOO_LONG"),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_nothing(office, client, file, fields, code):
    before = await everything(office)
    answer = await hand_in(client, file, **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await everything(office) == before


async def test_faults_are_told_with_their_place(client):
    answer = await hand_in(client, f"{HEADING}06010,已批准\n06031,已批准入格\n".encode(), sheet="in_grid")
    assert answer.json()["params"] == {"faults": 1} and answer.json()["faults"] == [
        {"sheet": "in_grid", "line": 2, "column": "status", "code": "NOT_A_CHOICE", "value": "已批准"}
    ]


async def test_only_administrators_hand_in_and_others_take_nothing_home(office, client, server):
    await hire(office, "wg01")
    async with Phone(server) as phone:
        await phone.sign_in("officer", "wg01", PASSWORD)
        client.headers["authorization"] = f"Bearer {phone.token}"
    for answer in (
        await hand_in(client, HEADING.encode()),
        await client.get("/setup/catalogue/editions/0/json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
    client.headers["authorization"] = "Bearer forged"
    for answer in (
        await hand_in(client, HEADING.encode()),
        await client.get("/setup/catalogue/editions/0/json"),
    ):
        assert answer.status_code == 401
    assert await count(office, Edition) == 0


async def test_what_is_not_there_and_what_is_too_large(client):
    assert (await hand_in(client, b"x", kind="soup")).status_code == 404
    for path in ("soup/editions/0/json", "catalogue/editions/7/json"):
        assert (await client.get(f"/setup/{path}")).status_code == 404
    assert (await client.get("/setup/catalogue/editions/0/pdf")).status_code == 400
    assert (await hand_in(client, b"x" * (MOST_BYTES + 100_000))).status_code == 413
