"""The catalogue: the standard's counts and codes, the city's limits, and how entries are found."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

import server
from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import MatterKind, prefixes
from server.command.catalogue.initials import initials
from server.command.catalogue.legacy import successor
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import BadInput, NotFound

DATA = Path(server.__file__).parents[1] / "shared" / "data"
UH, WH, WD, ND = TimeUnit.URGENT_HOUR, TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY, TimeUnit.NATURAL_DAY
NATIONAL = (MatterKind.COMPONENT, MatterKind.MATTER)


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.load(DATA, {"09009": ["乱停车", "违停"], "06001": ["违建"]})


def national(catalogue):
    return [m for m in catalogue.matters.values() if m.kind is MatterKind.MATTER]


def test_the_standard_counts_153_components(catalogue):
    by_category = Counter(c.category_code for c in catalogue.components.values())
    assert by_category == {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3}
    assert len(catalogue.components) == 153


def test_the_standard_counts_250_matters(catalogue):
    by_category = Counter(m.category_code for m in national(catalogue))
    own = {code: by_category[code] for code in ("06", "07", "08", "09", "10")}
    assert own == {"06": 51, "07": 7, "08": 16, "09": 21, "10": 2}
    assert by_category.total() == 250


def test_a_components_matter_is_its_name_and_yichang_under_the_same_code(catalogue):
    of_components = {m.code: m.name for m in national(catalogue) if m.code < "06"}
    assert of_components == {code: f"{c.name}异常" for code, c in catalogue.components.items()}


@pytest.mark.parametrize("gap", ["01016", "01046-", "05001", "06031", "07005", "09007", "06", ""])
def test_a_code_outside_the_list_is_refused(catalogue, gap):
    with pytest.raises(BadInput) as refusal:
        catalogue.matter(gap)
    assert refusal.value.field == "matterCode"


def test_component_and_matter_share_a_code_but_not_a_key(catalogue):
    cover, broken = catalogue.components["01003"], catalogue.matter("01003")
    assert (cover.name, broken.name) == ("雨水井盖", "雨水井盖异常")
    assert cover.ref == broken.ref == catalogue.ref == "GB/T 47678.5-2026"
    assert (cover.kind, broken.kind) == NATIONAL


def test_what_the_city_numbered_itself_never_meets_a_national_number(catalogue):
    local = [m for m in catalogue.matters.values() if m.is_local_extension]
    assert {m.category_code for m in local} == {"06", "11", "SG"}
    assert {m.ref for m in local}.isdisjoint({catalogue.ref})
    counted_down = [int(m.code[2:]) for m in local if m.category_code == "11"]
    assert counted_down == list(range(999, 999 - len(counted_down), -1))


def test_every_matter_can_be_filed_under_some_rule(catalogue):
    for code in catalogue.matters:
        rules = catalogue.rules_for(code)
        assert rules, code
        assert all(rule.id.startswith(f"{code}-") and rule.close_condition for rule in rules)
        assert all(catalogue.rule(rule.id) is rule for rule in rules)
        assert len({rule.id for rule in rules}) == len(rules)


def test_a_default_serves_only_where_nothing_is_set(catalogue):
    for rules in catalogue.rules.values():
        assert [rule.default for rule in rules] in ([True], [False] * len(rules))
    assert catalogue.rules_for("06052")[0].id == "06052-0"


@pytest.mark.parametrize(
    ("rule_id", "limit"),
    [
        ("01003-1", Limit(2, UH)),
        ("01003-2", Limit(4, WH)),
        ("01005-2", Limit(1, WD)),  # covers of network owners have longer than municipal ones
        ("01023-3", Limit(2, WD)),
        ("01001-4", Limit(5, WD)),
        ("01004-5", Limit(1, WD)),
        ("01037-1", Limit(2, WD)),
        ("01037-2", Limit(1, WD)),
        ("01037-3", Limit(2, WH)),
        ("02007-1", Limit(2, UH)),
        ("03005-4", Limit(4, WH)),
        ("04002-3", Limit(15, WD)),
        ("06001-2", Limit(2, ND)),
        ("06001-1", Limit(15, WD)),
        ("06010-1", Limit(4, WH)),
        ("06011-1", Limit(5, WD)),
        ("06012-1", Limit(2, WH)),
        ("06029-1", Limit(2, UH)),
        ("07003-2", Limit(5, WD)),
        ("08007-3", Limit(1, WD)),
        ("09011-2", Limit(1, WD)),
        ("09022-1", Limit(2, UH)),
        ("11996-1", Limit(2, UH)),
        ("11999-1", Limit(1, UH)),
    ],
)
def test_the_limits_of_the_city(catalogue, rule_id, limit):
    assert catalogue.rule(rule_id).limit == limit


def test_all_covers_share_the_cover_rules_and_a_hydrant_does_not(catalogue):
    covers = [m.code for m in catalogue.matters.values() if "井盖" in m.name]
    assert len(covers) == 20
    assert {tuple(r.id[-1] for r in catalogue.rules_for(code)) for code in covers} == {("1", "2", "3", "4")}
    assert catalogue.rules_for("01013")[0].default


@pytest.mark.parametrize("id", ["06010-9", "06010", "99999-1", ""])
def test_a_rule_that_does_not_exist_is_not_found(catalogue, id):
    with pytest.raises(NotFound):
        catalogue.rule(id)


@pytest.mark.parametrize(
    ("code", "approved"),
    [("06010", True), ("SG003", True), ("11996", True), ("10002", True),
     ("SG101", False), ("10001", False), ("09014", False), ("06015", False), ("77777", False), ("", False)],
)  # fmt: skip
def test_only_what_was_approved_is_in_the_grid(catalogue, code, approved):
    assert catalogue.in_grid(code) is approved


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("路灯", ["01037", "01006", "01060"]),  # the common one first
        ("06010", ["06010"]),
        (" 小广告 ", ["07001"]),
        ("违停", ["09009"]),
        ("乱停", ["09009"]),  # in the name
        ("dlps", ["06013"]),
        ("sg003", ["SG003"]),
        ("事件01-10", ["06010"]),
        ("01-36", ["06036", "01036"]),  # both lists have one; the common one first
        ("0136", ["06036", "01036"]),
        ("没有这种事", []),
    ],
)
def test_matters_are_found_by_code_name_keyword_and_initials(catalogue, text, first):
    assert [m.code for m in catalogue.search(text)][: len(first) or 1] == first


def test_an_empty_search_shows_the_common_ones(catalogue):
    assert tuple(m.code for m in catalogue.search("")) == catalogue.common
    assert len(catalogue.search("", first=3)) == 3
    assert len(catalogue.search("", first=1000)) == len(catalogue.matters)


@pytest.mark.parametrize(
    ("old", "new"),
    [("01-10", "06010"), ("01-36", "06036"), ("02-01", "07001"), ("03-11", "08011"), ("04-01", "09001"),
     ("04-05", "09005"), ("04-06", "09006")],
)  # fmt: skip
def test_old_event_codes_lead_to_todays(catalogue, old, new):
    assert successor(f"事件{old}") == new
    assert catalogue.matter(new).old_code == f"事件{old}"


@pytest.mark.parametrize("old", ["事件05-01", "事件06-01", "事件07-01", "部件06-01"])
def test_emergencies_and_what_was_drawn_up_anew_have_no_successor(old):
    with pytest.raises(ValueError, match="NO_SUCCESSOR"):
        successor(old)


@pytest.mark.parametrize("bare", ["01-10", "04-01", "05-01"])
def test_an_old_code_without_its_list_means_nothing(bare):
    """04-01 is 无照经营游商 in GB/T 30428.2 and an emergency in CJ/T 214, and a tree among the components."""
    with pytest.raises(ValueError, match="OLD_CODE_AMBIGUOUS"):
        successor(bare)


@pytest.mark.parametrize("today", ["06010", "SG003", "11999", "", "01"])
def test_todays_codes_stay_as_they_are(today):
    assert successor(today) == today


def test_old_component_codes_keep_their_class(catalogue):
    found = catalogue.components[successor("部件01-01")]
    assert (found.name, found.old_code) == ("供水井盖", "部件01-01")
    assert catalogue.matter("01001").old_code == "部件01-01"


@pytest.mark.parametrize(
    ("text", "letters"),
    [("井盖", "jg"), ("占道经营", "zdjy"), ("SOS 3号", "sos3h"), ("啊匝座", "azz"), ("箅，", "")],
)
def test_initials_come_from_the_order_of_the_characters(text, letters):
    assert initials(text) == letters


def test_prefixes_grow_shorter_to_nothing():
    assert list(prefixes("0601")) == ["0601", "060", "06", "0", ""]


@pytest.fixture
def edited(tmp_path):
    """A copy of the data that one file's JSON can be changed in."""
    shutil.copytree(DATA / "catalogue", tmp_path / "catalogue")

    def edit(file, change):
        path = tmp_path / "catalogue" / file
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))
        return tmp_path

    return edit


@pytest.mark.parametrize(
    ("file", "change", "complaint"),
    [
        ("filing-rules.json", lambda f: f["groups"][0]["matters"].append("01016"), "unknown matter: 01016"),
        ("filing-rules.json", lambda f: f["groups"].append(f["groups"][0]), "two filing rules 01001-1"),
        ("filing-rules.json", lambda f: f["groups"].pop(), "no filing rule for .*SG001"),
        ("local.json", lambda f: f["common"].append("06031"), "not in the catalogue.*06031"),
        ("local.json", lambda f: f["in_grid"].update({"06031": True}), "not in the catalogue.*06031"),
    ],
)
def test_files_that_do_not_fit_together_stop_the_server(edited, file, change, complaint):
    with pytest.raises(ValueError, match=complaint):
        Catalogue.load(edited(file, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda rule: rule.update(limit_unit="DAY"),
        lambda rule: rule.update(word="x"),
        lambda rule: rule.pop("no"),
    ],
)
def test_a_row_that_is_no_rule_stops_the_server(edited, change):
    data = edited("filing-rules.json", lambda file: change(file["groups"][0]["rules"][0]))
    with pytest.raises(ValidationError, match=r"groups\.0\.rules\.0"):
        Catalogue.load(data)


def test_keywords_for_an_unknown_matter_stop_the_server():
    with pytest.raises(ValueError, match="06031"):
        Catalogue.load(DATA, {"06031": ["x"]})
