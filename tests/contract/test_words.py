"""Whatever the server can utter has a sentence in every language."""

import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
from graphql import GraphQLEnumType

import server
from scripts.flows import flows
from server.app import open_office
from server.command.graphql import steps
from server.command.notices.rules import DANGER_KEY, RULES
from server.grid.basedata.facts import (
    FIELDS,
    BaseFieldName,
    BaseGroup,
    BaseKind,
    BaseSource,
    BaseVerb,
    EndReason,
)
from server.kernel.actors import Role
from server.kernel.errors import CityError
from server.platform import sla
from server.platform.editions import Shelf
from server.platform.tabular import Form
from server.schemas import build
from server.settings import Settings

HOUSE = Path(__file__).parents[2]
FOLDERS = ["shared/i18n", "shared/web/i18n", *(f"clients/{app}/src/i18n" for app in Role)]
KINDS = ("order", "request", "supervision")
STATES = {
    "OrderState": "order",
    "CaseState": "case",
    "RequestState": "request",
    "SupervisionState": "supervision",
}


def words(folder: str, language: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for file in (HOUSE / folder).glob(f"*{language}.json"):  # setup.en.json too: what one page alone says
        said |= json.loads(file.read_text(encoding="utf-8"))
    return said


def of_editions() -> set[str]:
    """What kinds of editions, their sheets, columns and choices are called, and what can be wrong."""
    shelf = open_office(Settings()).of(Shelf)
    said = {f"edition.{kind}" for kind in shelf.keepers}
    for kind, keeper in shelf.keepers.items():
        for sheet in keeper.tabular.sheets if keeper.tabular else ():
            said |= {f"sheet.{kind}.{sheet.name}"}
            said |= {f"column.{kind}.{sheet.name}.{column.name}" for column in sheet.columns}
            said |= {f"choice.{choice}" for column in sheet.columns for choice in column.choices}
    code = "\n".join(file.read_text(encoding="utf-8") for file in (HOUSE / "server").rglob("*.py"))
    said |= {f"fault.{found}" for found in re.findall(r'Fault\([^()]*?"([A-Z_]{4,})"', code)}
    return said | {f"fault.NOT_A_{form.upper()}" for form in Form if form is not Form.TEXT}


def of_base_data() -> set[str]:
    """What facts, their choices, groups, sources, versions and ends of base data are called."""
    members = {"kind": BaseKind, "fact": BaseFieldName, "group": BaseGroup, "source": BaseSource,
               "verb": BaseVerb, "end": EndReason}  # fmt: skip
    said = {f"base.{word}.{member.name}" for word, kind in members.items() for member in kind}
    return said | {f"base.choice.{c}" for rows in FIELDS.values() for row in rows for c in row.choices}


def errors(kind: type[CityError] = CityError) -> set[str]:
    return {kind.code} | {code for child in kind.__subclasses__() for code in errors(child)}


def states() -> set[str]:
    enums = [t for schema in build().values() for t in schema._schema.type_map.values()]
    named = [e for e in enums if isinstance(e, GraphQLEnumType) and e.name in STATES]
    return {f"state.{STATES[enum.name]}.{value}" for enum in named for value in enum.values}


@pytest.fixture(scope="module")
def uttered():
    for module in pkgutil.walk_packages(server.__path__, "server."):
        if ".migrations" not in module.name:
            import_module(module.name)
    begun = {f"verb.{flow.name}.{entry.action}" for flow in flows() for entry in flow.entries}
    taken = {f"verb.{flow.name}.{step.action}" for flow in flows() for step in flow.steps}
    marks = [f".clock_{mark}" for mark in sla.MARKS if mark > 80]
    told = {*RULES, DANGER_KEY, "order.clock_80", *(f"{kind}{mark}" for kind in KINDS for mark in marks)}
    notices = {f"notice.{key}" for key in told}
    return {f"error.{code}" for code in errors()} | begun | taken | states() | notices


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_everything_the_server_utters_has_words(uttered, language):
    assert (uttered | of_editions() | of_base_data()) - words("shared/i18n", language).keys() == set()


def test_every_step_in_the_life_of_a_case_has_words():
    """Those written as they are, beside the flows' own: none stands in a timeline as its key."""
    recorded = set()
    for kind, room in (("order", "orders"), ("request", "requests")):
        for file in (HOUSE / "server/command" / room).rglob("*.py"):
            found = re.findall(r'record\(\s*f"\{KIND\}\.(\w+)"', file.read_text(encoding="utf-8"))
            recorded |= {f"{kind}.{verb}" for verb in found}
    assert {"order.rated", "request.hand_over"} <= recorded
    said = {f"verb.{verb}" for verb in recorded - steps.UNSAID}
    assert said - words("shared/i18n", "zh-CN").keys() == set()


@pytest.mark.parametrize("folder", FOLDERS)
def test_both_languages_say_the_same_things(folder):
    chinese, english = words(folder, "zh-CN"), words(folder, "en")
    assert chinese.keys() == english.keys()
    blanks = {
        key: (re.findall(r"\{\w+\}", chinese[key]), re.findall(r"\{\w+\}", english[key])) for key in chinese
    }
    assert {key: pair for key, pair in blanks.items() if set(pair[0]) != set(pair[1])} == {}
    assert [key for key in chinese if not (chinese[key].strip() and english[key].strip())] == []


TRADITIONAL = ["shared/i18n", "shared/web/i18n", "clients/citizen/src/i18n"]  # what a citizen's app reads
# characters of the simplified script alone: none may be left over
SIMPLIFIED = re.compile(
    "[们这说时对发开关务网单为从认现间题应还进请给让过边长书见观规计记论证评词试话该详语误读课调谁谢]"
)
STAFFS_ALONE = {f"shared/web/{name}" for name in (
    "reports.ts", "ui/ExportSheet.vue", "ui/HotIssueLine.vue", "ui/HotPage.vue", "ui/LockPage.vue",
    "ui/OutboxList.vue",
    "ui/RateCell.vue", "ui/ReportPage.vue", "ui/ScoreTable.vue", "weekday.ts",
)}  # fmt: skip
STAFF_ROOMS = ("server.grid", "server.supervision", "server.command.orders", "server.command.setup",
               "server.command.duty", "server.command.routing", "server.integrations")  # fmt: skip


def citizens_errors(kind: type[CityError] = CityError) -> set[str]:
    mine = set() if kind.__module__.startswith(STAFF_ROOMS) else {f"error.{kind.code}"}
    return mine | {code for child in kind.__subclasses__() for code in citizens_errors(child)}


@pytest.mark.parametrize("folder", TRADITIONAL)
def test_traditional_characters_say_the_same_things(folder, uttered):
    chinese, traditional = [
        json.loads((HOUSE / folder / f"{language}.json").read_text(encoding="utf-8"))
        for language in ("zh-CN", "zh-Hant")
    ]
    assert traditional.keys() - chinese.keys() == set()
    missing = chinese.keys() - traditional.keys()
    if folder == "shared/i18n":  # what staff alone are told falls back to simplified characters
        states = {key for key in uttered if key.startswith("state.case.")}
        missing &= citizens_errors() | states | {key for key in chinese if key.startswith("kind.")}
    assert missing == set()
    blanks = {key: set(re.findall(r"\{\w+\}", chinese[key])) for key in traditional}
    assert {
        key for key, found in blanks.items() if set(re.findall(r"\{\w+\}", traditional[key])) != found
    } == set()
    assert {key: text for key, text in traditional.items() if SIMPLIFIED.search(text)} == {}


def test_the_citizens_app_never_says_what_its_build_leaves_out():
    """shared/web/vite.ts drops the words of staff from the residents' app."""
    [kinds] = re.findall(
        r"STAFF_WORDS =\s*/\^\(([a-zA-Z_.|\\]+)\)", (HOUSE / "shared/web/vite.ts").read_text()
    )
    said = re.compile(rf"""(?<!=)['"`]({kinds})\.""")  # ="card.name" is a template's variable
    code = [
        file for folder in ("clients/citizen/src", "shared/web") for file in (HOUSE / folder).rglob("*")
        if file.suffix in {".ts", ".vue"} and "gql" not in file.parts and ".test." not in file.name
        and file.relative_to(HOUSE).as_posix() not in STAFFS_ALONE
    ]  # fmt: skip
    assert len(kinds.split("|")) > 5 and len(code) > 100
    assert [file.name for file in code if said.search(file.read_text(encoding="utf-8"))] == []
