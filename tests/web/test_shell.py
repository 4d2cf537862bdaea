"""What the server answers before GraphQL: the apps, their headers, the map, its health."""

import gzip
import json
import shutil
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.settings import Settings
from server.web import static
from server.web.headers import SecurityHeaders, security_headers
from tests.servers import running


@pytest.fixture
def built(tmp_path):
    """A build of the officer's app, and a secret beside it."""
    home = tmp_path / "static" / "officer"
    (home / "assets").mkdir(parents=True)
    (home / "index.html").write_text("<!doctype html><title>officer</title>")
    (home / "sw.js").write_text("// worker")
    (home / "assets" / "index-B4d3.js").write_text("console.log(1)" * 500)
    (tmp_path / "static" / "secret").write_text("secret")
    return tmp_path / "static"


@pytest.fixture
async def shell(built):
    """The apps alone, as the phones see them."""
    app = Starlette()
    app.add_middleware(SecurityHeaders, origin="https://city.test")
    static.mount(app, built)
    async with running(app) as server, httpx.AsyncClient(base_url=server.url) as client:
        yield client


@pytest.fixture(scope="module")
async def server(migrated_file, tmp_path_factory):
    """The whole server over an empty store."""
    home = tmp_path_factory.mktemp("shell")
    store = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, home / 'sanwei.db')}"
    settings = Settings(mode="demo", data_dir=home, database_url=store)
    async with (
        running(create_app(settings)) as listening,
        httpx.AsyncClient(base_url=listening.url) as client,
    ):
        yield client


async def test_the_front_door_leads_to_the_citizens(shell):
    answer = await shell.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/citizen/")


@pytest.mark.parametrize("page", ["/officer/", "/officer/index.html", "/officer/orders/7", "/officer/x/y/"])
async def test_a_page_of_the_app_is_its_index_and_asked_for_anew(shell, page):
    answer = await shell.get(page)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "<title>officer</title>" in answer.text
    again = await shell.get(page, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


async def test_an_address_without_its_slash_is_led_there(shell):
    answer = await shell.get("/officer")
    assert answer.status_code == 307 and answer.headers["location"].endswith("/officer/")


async def test_what_carries_its_hash_is_kept_for_ever_and_the_worker_is_not(shell):
    asset = await shell.get("/officer/assets/index-B4d3.js")
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert (await shell.get("/officer/sw.js")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("address", [
    "/officer/assets/index-0ld.js", "/officer/favicon.ico", "/leader/", "/officer/../secret.txt",
    "/officer/..%2fsecret.txt", "/officer/%2e%2e/secret.txt", "/officer/a%00.js", f"/officer/{'a' * 300}.js",
])  # fmt: skip
async def test_what_was_not_built_is_not_there(shell, address):
    answer = await shell.get(address)
    assert answer.status_code == 404 and "secret" not in answer.text


async def test_a_build_takes_no_other_verb(shell):
    assert (await shell.post("/officer/")).status_code == 405


async def test_every_answer_carries_the_security_headers(shell):
    for address in ("/", "/officer/", "/officer/nothing.js"):
        headers = (await shell.get(address)).headers
        assert {name: headers[name] for name in security_headers("https://city.test")} == security_headers(
            "https://city.test"
        )


def test_no_script_runs_that_is_not_a_file_of_ours():
    policy = security_headers("https://city.test")["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'" and "script-src" not in rules
    assert rules["connect-src"] == "'self' wss://city.test"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert [name for name, rule in rules.items() if "unsafe" in rule] == ["style-src-attr"]


def test_only_an_encrypted_origin_insists_on_encryption():
    assert "Strict-Transport-Security" in security_headers("https://city.test")
    assert "Strict-Transport-Security" not in security_headers("http://127.0.0.1:8000")


async def test_the_apps_learn_where_they_are(server):
    answer = await server.get("/config.json")
    told = answer.json()
    accounts = told.pop("demoAccounts")
    assert [each["name"] for each in accounts["leader"]] == ["林主任"]
    posts = {each["postName"] for each in accounts["officer"]}
    assert {"网格员", "调度员", "仲裁员", "经办人", "系统管理员"} <= posts
    assert told == {
        "demo": True, "production": False, "district": {"code": "440103", "name": "荔湾区"},
        "hotline": "12345", "version": "0.1.0",
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_map_travels_small_and_once(server):
    plain = await server.get("/map/district.json", headers={"Accept-Encoding": "identity"})
    packed = await server.get("/map/district.json", headers={"Accept-Encoding": "gzip"})
    assert plain.json()["district"]["code"] == "440103"
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.headers["etag"] == plain.headers["etag"]
    again = await server.get("/map/district.json", headers={"If-None-Match": f'"x", {plain.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("method", "address", "status", "code"), [
    ("GET", "/nothing", 404, "NOT_FOUND"), ("GET", "/docs", 404, "NOT_FOUND"),
    ("GET", "/openapi.json", 404, "NOT_FOUND"), ("POST", "/healthz", 405, "BAD_QUERY"),
])  # fmt: skip
async def test_other_addresses_are_refused_in_our_shape(server, method, address, status, code):
    answer = await server.request(method, address)
    assert (answer.status_code, answer.json()) == (status, {"code": code, "params": {}})


async def test_graphql_stands_behind_its_token_and_speaks_to_a_guest(server):
    refused = await server.post("/graphql", json={"query": "{me{guest}}"})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
        401,
        "UNAUTHENTICATED",
    )
    guest = (await server.post("/auth/citizen/guest", json={})).json()
    bearer = {"Authorization": f"Bearer {guest['accessToken']}"}
    answer = await server.post("/graphql", json={"query": "{me{guest role}}"}, headers=bearer)
    assert answer.json() == {"data": {"me": {"guest": True, "role": "CITIZEN"}}}


async def test_each_address_has_its_own_limit_for_bodies(server):
    guest = (await server.post("/auth/citizen/guest", json={})).json()
    bearer = {"Authorization": f"Bearer {guest['accessToken']}", "Content-Type": "application/json"}
    answer = await server.post("/graphql", content=b" " * 100_001, headers=bearer)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_LARGE")
    photo = bearer | {"Content-Type": "image/jpeg"}
    answer = await server.put(f"/files/{uuid4()}", content=b" " * 100_001, headers=photo)
    assert (answer.status_code, answer.json()["code"]) == (415, "NOT_AN_IMAGE")


async def test_long_answers_are_compressed(server):
    guest = (await server.post("/auth/citizen/guest", json={})).json()
    bearer = {"Authorization": f"Bearer {guest['accessToken']}"}
    ask = {"query": "{__schema{types{name kind description}}}"}
    answer = await server.post("/graphql", json=ask, headers=bearer | {"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    raw = await server.post("/graphql", json=ask, headers=bearer | {"Accept-Encoding": "identity"})
    assert answer.json() == raw.json() == json.loads(raw.content)
    assert len(gzip.compress(raw.content, 5)) < len(raw.content) / 2
