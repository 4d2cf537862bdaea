"""Log lines: what they tell, and that no person is in them."""

import ast
import asyncio
import gc
import io
import json
import logging
import logging.config
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import server
from server.app import close_office, open_office
from server.kernel.errors import NotFound
from server.migrations.upgrade import upgrade
from server.platform.db import open_store
from server.platform.watch import logs, watch
from server.platform.watch.logs import ConsoleLines, JsonLines
from server.platform.watch.requests import scope_now
from server.settings import Settings
from tests.factories import an_id
from tests.identity.house import PASSWORD, hire
from tests.phones import Phone
from tests.servers import eventually, free_port
from tests.watch.serving import served

PHONE, NAME, STREET = "13800138001", "欧阳小明", "逢源路三巷五号"
SUBMIT = """mutation ($id: ID!, $text: String!) { submitRequest(input: {
    id: $id, text: $text, place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id } }"""
MINE = "{ myRequests { items { id submittedAt } } }"


@contextmanager
def heard(formatter):
    """What our own logger says, through `formatter`, line by line."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("server.test", "asyncio", "strange.library")]
    for each in loggers:
        each.addHandler(handler)
    lines: list[str] = []
    yield lines
    for each in loggers:
        each.removeHandler(handler)
    lines += out.getvalue().splitlines()


log = logging.getLogger("server.test")


def test_a_line_has_the_known_fields_and_nothing_else():
    with heard(JsonLines()) as lines:
        log.warning(
            "brakes failed: %s", NAME, extra={"code": "TOO_MANY", "ms": 12, "phone": PHONE, "statements": 0}
        )
    [line] = map(json.loads, lines)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning", "logger": "server.test", "event": "brakes failed", "code": "TOO_MANY", "ms": 12,
        "statements": 0,
    }  # fmt: skip


def test_a_line_knows_its_operation_and_its_request():
    watch.know(["Orders"])
    scope = {"headers": [(b"x-request-id", b"proxy-0000-17")]}
    set_before = scope_now.set(scope)
    with heard(JsonLines()) as lines, watch.operation("Orders", "officer", "query"):
        log.warning("one")
        scope["headers"] = [(b"x-request-id", b'"13800138001 <name>')]
        log.warning("two")
        log.warning("three")
    scope_now.reset(set_before)
    one, two, three = map(json.loads, lines)
    assert (one["operation"], one["role"], one["request"]) == ("Orders", "officer", "proxy-0000-17")
    assert two["request"] == three["request"] and PHONE not in two["request"]


def breaks(error):
    """Raise `error`, from another one that quotes what somebody typed."""
    try:
        raise ValueError(f"{NAME} {PHONE}")
    except ValueError as cause:
        raise error from cause


@pytest.mark.parametrize(("error", "kind", "reason"), [
    (NotFound(subject=PHONE), "server.kernel.errors.NotFound", "NOT_FOUND"),
    (FileNotFoundError(2, f"No such file: {NAME}"), "builtins.FileNotFoundError", "ENOENT"),
    (RuntimeError(f"{NAME}\n{PHONE}"), "builtins.RuntimeError", None),
    (IntegrityError(f"INSERT … '{PHONE}'", {"phone": PHONE}, Exception(PHONE)),
     "sqlalchemy.exc.IntegrityError", None),
])  # fmt: skip
def test_an_exception_is_told_by_kind_reason_and_frames_without_its_message(error, kind, reason):
    with heard(JsonLines()) as lines:
        try:
            breaks(error)
        except Exception:
            log.exception("failed: %s", PHONE)
    [line] = map(json.loads, lines)
    assert line["error"].split(" < ")[0] == kind and "builtins.ValueError" in line["error"]
    assert line.get("reason") == reason
    assert line["frames"][-1].endswith(" breaks")
    assert PHONE not in lines[0] and NAME not in lines[0]


async def test_a_store_tells_its_code_word(sqlite_store):
    store = open_store(sqlite_store)
    with heard(JsonLines()) as lines:
        try:
            async with store.reading() as session:
                connection = await session.connection()
                await connection.execute(text("SELECT :phone FROM nowhere"), {"phone": PHONE})
        except Exception:
            log.exception("failed")
    await store.close()
    [line] = map(json.loads, lines)
    assert (line["reason"], PHONE in lines[0]) == ("SQLITE_ERROR", False)


async def test_what_libraries_say_is_cut_where_their_values_begin():
    async def breaks():
        raise ValueError(f"{NAME} {PHONE}")

    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(None)
    with heard(JsonLines()) as lines:
        task = asyncio.create_task(breaks(), name=PHONE)
        await asyncio.wait([task])
        del task
        gc.collect()
        logging.getLogger("strange.library").error(f"could not send to {PHONE}: '{NAME}'")
        logging.getLogger("strange.library").error(ValueError(NAME))
        logging.getLogger("strange.library").error(f"key={NAME} rejected")
    loop.set_exception_handler(before)
    told = [json.loads(line)["event"] for line in lines]
    assert told[0] == "Task exception was never retrieved"
    assert told[1:] == ["could not send to", "ValueError", "key"]
    assert [line for line in lines if PHONE in line or NAME in line] == []


@pytest.mark.parametrize("formatter", [JsonLines(), ConsoleLines()])
def test_nobodys_text_begins_a_line_of_its_own(formatter):
    wicked = 'x\n{"level": "error"}\r\x1b[2J\u2028\x85y'
    with heard(formatter) as lines:
        log.warning(wicked, extra={"operation": wicked})
        log.warning("%s", wicked)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_development_sees_the_message_and_the_traceback():
    with heard(ConsoleLines()) as lines:
        try:
            breaks(RuntimeError("the reason"))
        except RuntimeError:
            log.exception("failed: %s", "here")
    assert lines[0].endswith("ERROR server.test failed: here")
    assert "RuntimeError: the reason" in lines


def test_a_slow_operation_is_told_with_its_slowest_statement_and_a_quick_one_is_not(caplog):
    watch.know(["Slow"])
    stop = logs.tell_slow(0.02)
    with watch.operation("Slow", "leader", "query"):
        pass
    with watch.operation("Slow", "leader", "query") as slow:
        watch.statement(0.001, "SELECT 1")
        watch.statement(0.9, f"SELECT {'work_order.id, ' * 9}1\n  FROM work_order WHERE id = ?")
        slow._began -= 1.0
    stop()
    with watch.operation("Slow", "leader", "query") as unheard:
        unheard._began -= 1.0
    [record] = [record for record in caplog.records if record.name == "server.slow"]
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["operation"], line["role"], line["code"]) == ("slow", "Slow", "leader", "OK")
    assert (line["ms"], line["statements"]) == (1000, 2)
    assert line["statement"] == "SELECT … FROM work_order WHERE id = ?"


def test_our_own_lines_begin_with_a_constant():
    """Else a value would be part of the event."""
    files = Path(server.__file__).parent.rglob("*.py")
    calls = [
        (file.name, call)
        for file in files
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
        and isinstance(call.func.value, ast.Name) and call.func.value.id in {"log", "slow", "logging"}
    ]  # fmt: skip
    assert len(calls) > 3
    spoken = [(name, call.args[0]) for name, call in calls]
    assert [name for name, said in spoken if not (isinstance(said, ast.Constant) and said.value)] == []


# ── a whole server ────────────────────────────────────────────────────────────────────────────────


async def test_nobody_is_in_the_log_of_a_server_in_use(tmp_path):
    """Sign-ins right and wrong, a code, a report with a phone number, a refusal, a bug, a broken body."""
    settings = Settings(data_dir=tmp_path, port=free_port(), log_format="json", log_level="debug")
    office = open_office(settings)
    await upgrade(office.store.writer)
    await hire(office, "wg01", name=NAME, phone=PHONE)
    await close_office(office)
    said = f"{NAME}，电话{PHONE}，{STREET}路灯不亮"
    with served(settings) as running:
        async with Phone(running) as officer, Phone(running) as citizen:
            await officer.sign_in("officer", "wg01", PASSWORD)
            wrong = {"staffNo": PHONE, "password": "密码secret", "device": NAME}
            assert (await officer.post("/auth/officer/login", json=wrong)).status_code == 401
            await citizen.be_guest()
            await citizen.post("/auth/citizen/code", json={"phone": PHONE})
            await citizen.ask(SUBMIT, id=an_id(), text=said)
            assert await citizen.refused("query ($id: ID!) { request(id: $id) { id } }", id=PHONE)
            await citizen.post("/graphql", content=f"{NAME} {PHONE}".encode())
            async with httpx.AsyncClient(base_url=running.url) as stranger:
                await stranger.get(f"/files/{PHONE}/full?u={NAME}&e=1&s=signature")
                await stranger.get(f"/{NAME}/{PHONE}")
            store = open_store(settings.database)
            async with store.writing() as session:  # a row no code of ours wrote
                connection = await session.connection()
                await connection.execute(
                    text("UPDATE citizen_request SET submitted_at = :said"), {"said": said}
                )
                await session.commit()
            await store.close()
            broken = await citizen.send(MINE)
            assert broken["errors"][0]["extensions"]["code"] == "INTERNAL"
            incident = broken["errors"][0]["extensions"]["params"]["id"]
            [line] = await eventually(lambda: [x for x in running.lines() if x.get("id") == incident])
        phones = (officer, citizen)
        secrets = [str(each.token) for each in phones]
        secrets += [cookie for each in phones for cookie in each.http.cookies.values()]
    whole = running.log.read_text()
    assert (line["level"], line["code"], line["event"]) == ("error", "INTERNAL", "failed")
    assert line["frames"] and "ValueError" in line["error"]
    for personal in (NAME, PHONE, STREET, PASSWORD, "密码secret", "signature", *secrets):
        assert personal not in whole and json.dumps(personal)[1:-1] not in whole
