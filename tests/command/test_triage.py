"""Triage: what people write, what is suggested, when to call for help first, and which reports are one."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import server
from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import MatterKind
from server.command.library import Library
from server.command.matrix import Matrix
from server.command.triage import rules
from server.command.triage.advisor import Advisor
from server.command.triage.lexicon import READ, Lexicon, Words, plain
from server.command.triage.rules import MERGE_SUGGESTED_FROM, Confidence, Report, similarity
from server.kernel.errors import BadInput
from server.kernel.geo import Wgs84

DATA = Path(server.__file__).parents[1] / "shared" / "data"
FENGYUAN, SHAMIAN = "440103006001007", "440103001001002"
LEXICON = Lexicon.load(DATA)
ADVISOR = Advisor(LEXICON, Catalogue.load(DATA, LEXICON.keywords), Matrix.load(DATA))
HIGH, MEDIUM, LOW = Confidence
NOON = datetime(2025, 11, 23, 4, tzinfo=UTC)
HERE = Wgs84(113.2370, 23.1170)
METRE_NORTH = 1 / 111_195  # degrees of latitude


def suggest(text, area=FENGYUAN):
    return ADVISOR.suggest(text, area)


@pytest.mark.parametrize(
    ("text", "rule", "unit"),
    [
        ("恩宁路99号门口的雨水井盖破了一个角，骑车容易摔", "01003-2", "区住建局"),
        ("路口井盖不见了，晚上很危险", "01023-1", "区住建局"),
        ("井盖松动，车子压过去哐当响", "01023-3", "区住建局"),
        ("下水道堵了，污水冒出来满街都是", "11994-1", "区水务局"),
        ("雨水口堵塞，一下雨就排不了水", "01004-5", "区住建局"),
        ("巷子里的路灯三天不亮了", "01037-1", "区住建局"),
        ("路灯大白天还亮着，浪费电", "01037-3", "区住建局"),
        ("灯杆被货车撞歪了", "01037-2", "区住建局"),
        ("路面有个大坑，自行车摔了", "06013-1", "区住建局"),
        ("马路塌陷了，快来围起来", "11996-2", "区住建局"),
        ("地铁口积水到膝盖", "11995-1", "区水务局"),
        ("自来水管爆了，水喷到马路上", "11999-1", "区水务局"),
        ("巷口没人清理垃圾，好几天了", "06010-1", "区城管局"),
        ("楼下垃圾桶满了没人收", "06042-1", "区城管局"),
        ("装修垃圾倒在路边", "06011-1", "区城管局"),
        ("楼下饭店油烟呛人，排烟管对着窗口", "06027-0", "区城管局"),
        ("工地半夜还在打桩，睡不着", "08001-1", "区城管局"),
        ("广场舞音响太大声", "06028-0", "区公安分局"),
        ("工地灰尘漫天，没有洒水", "08004-1", "区住建局"),
        ("泥头车夜里乱跑，没有盖篷布", "08011-0", "区城管局"),
        ("人行道上停满小汽车，婴儿车过不去", "09009-0", "区交警大队"),
        ("共享单车堆在地铁口", "09011-1", "区城管局"),
        ("路边一堆报废的共享单车，都坏了", "09011-2", "区城管局"),
        ("电单车在楼道飞线充电", "SG003-1", "区消防救援大队"),
        ("消防通道被小车堵死", "09012-1", "区消防救援大队"),
        ("天台有人正在搭铁皮房", "06001-2", "区城管局"),
        ("天台有一间铁皮房", "06001-1", "区城管局"),
        ("大榕树的树枝断了挂在半空", "04002-1", "区住建局"),
        ("行道树枯死了一棵", "04002-2", "区住建局"),
        ("河涌又黑又臭", "06026-1", "区水务局"),
        ("走鬼卖水果占了整条巷子", "09001-1", "区城管局"),
        ("店铺把桌椅摆到人行道上", "09005-1", "区城管局"),
        ("墙上贴满小广告", "07001-1", "区城管局"),
        ("流浪狗成群，小孩不敢出门", "06999-0", "区公安分局"),
        ("楼上有人往下扔酒瓶，高空抛物", "06998-1", "区公安分局"),
        ("路口红绿灯坏了", "02014-0", "区交警大队"),
        ("公交站牌倒了", "02004-0", "区交通运输局"),
        ("停电一下午了", "11992-1", "荔湾供电局"),
        ("我们这栋楼停水两天", "11993-1", "区水务局"),
        ("老板拖欠工资三个月", "SG009-0", "区人社局"),
        ("物业乱收费，物业费又涨了", "SG101-0", "区住建局"),
        ("小孩入学的学位怎么申请", "SG107-0", "区教育局"),
        ("房产证办了两年还没下来", "SG103-0", "区规划资源分局"),
        ("社保断缴了怎么补", "SG109-0", "区人社局"),
        ("建议公交车早晚高峰多发几班", "SG112-0", "区交通运输局"),
    ],
)
def test_a_plain_report_is_one_tap(text, rule, unit):
    found = suggest(text)
    assert found.best is not None
    assert (found.best.rule.id, found.best.unit.name) == (rule, unit)
    assert found.confidence is HIGH
    assert found.best.rule.matter_code == found.best.matter.code
    assert found.words


@pytest.mark.parametrize("text", ["", "你好", "这里有问题，请尽快处理！", "😡😡😡", "abc 123", "垃圾小区"])
def test_nothing_said_nothing_suggested(text):
    found = suggest(text)
    assert (found.best, found.confidence, found.words, found.alternatives) == (None, LOW, (), ())


def test_two_things_at_once_are_for_a_person_to_choose():
    found = suggest("店外经营，路灯也不亮")
    assert (found.best, found.confidence) == (None, LOW)
    assert [option.matter.code for option in found.alternatives] == ["01037", "09005"]
    assert found.words == ("店外经营", "路灯")


def test_a_sign_alone_is_worth_a_look():
    found = suggest("小区护栏")
    assert found.best is not None
    assert (found.best.matter.code, found.confidence) == ("02017", MEDIUM)


def test_a_second_matter_takes_the_clear_lead_away():
    alone, both = suggest("路灯不亮"), suggest("路灯不亮，电线杆也歪，还有一截电线")
    assert alone.confidence is HIGH
    assert both.confidence is not HIGH
    assert "01037" in {option.matter.code for option in (*both.alternatives, both.best) if option}


def test_what_is_said_first_counts_more():
    story = "我在这里住了二十年，街坊都很好，环境一直安静，今年开春以来却变了样，" * 2
    assert suggest(f"麻烦看看路灯。{story}还有小广告").best.matter.code == "01037"
    assert suggest(f"麻烦看看小广告。{story}还有路灯").best.matter.code == "07001"
    late = suggest(f"{story}路灯")
    assert (late.best.matter.code, late.confidence) == ("01037", MEDIUM)


def test_at_most_three_other_ways_and_none_of_them_the_best():
    found = suggest("路灯 小广告 井盖 油烟 违停 走鬼 积水 河涌")
    assert len(found.alternatives) == 3
    assert found.best not in found.alternatives


def test_a_longer_name_hides_the_shorter_inside_it():
    assert suggest("污水井盖坏了").words == ("污水井盖",)
    assert suggest("遗址公园路灯").words == ("路灯",)


def test_blanks_capitals_and_full_width_letters_do_not_matter():
    assert suggest("路 灯\n不\u200b亮").best == suggest("路灯不亮").best
    assert suggest("ＫＴＶ噪音").best == suggest("ktv噪音").best


def test_the_area_decides_between_units():
    assert suggest("没人清理垃圾", SHAMIAN).best.unit.name == "沙面街道办"
    assert suggest("没人清理垃圾", FENGYUAN).best.unit.name == "区城管局"
    assert suggest("没人清理垃圾", "").best.unit.name == "区城管局"


def test_a_matter_somebody_chose_gets_its_rule_and_unit():
    chosen = ADVISOR.propose("01003", "盖子不见了", FENGYUAN)
    assert (chosen.rule.id, chosen.unit.id) == ("01003-1", "zj")
    assert ADVISOR.propose("01003").rule.id == "01003-1"
    with pytest.raises(BadInput):
        ADVISOR.propose("06031")


PHRASES = st.lists(st.sampled_from([*sorted(LEXICON.meanings), "，", "请尽快", "。", "路口"]), max_size=12)


@settings(deadline=None)  # a busy machine is no fault of the text
@given(PHRASES.map("".join))
def test_a_suggestion_holds_together_whatever_is_written(text):
    found = suggest(text)
    assert found == suggest(text)
    assert (found.best is None) == (found.confidence is LOW)
    assert len(found.alternatives) <= 3
    assert all(word in plain(text) for word in found.words)
    options = [option.matter.code for option in (found.best, *found.alternatives) if option]
    assert len(set(options)) == len(options)
    assert bool(found.words) == bool(options)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all_is_read(text):
    suggest(text)
    ADVISOR.danger(text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("恩宁路99号二楼着火了，快来人", "119"),
        ("闻到很浓的煤气味", "119"),
        ("楼道里好像起火了", "119"),
        ("配电箱冒烟，还有人触电", "119"),  # the most urgent number first
        ("楼下有人打架", "110"),
        ("路面塌陷一个大坑", "110"),
        ("有老人晕倒在巷口", "120"),
        ("路口刚发生车祸", "122"),
    ],
)
def test_danger_is_told_with_the_number_to_call(text, phone):
    danger = ADVISOR.danger(text)
    assert danger is not None
    assert danger.phone == phone
    assert danger.word in text


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮",
        "消防通道被占，万一着火怎么办",
        "这里火灾隐患很大",
        "有人打架子鼓扰民",
        "工程被打断",
        "去年起火过",
    ],
)
def test_a_worry_is_no_emergency(text):
    assert ADVISOR.danger(text) is None


def test_a_doubt_in_another_clause_takes_nothing_back():
    danger = ADVISOR.danger("消防隐患说了多少次，现在起火了")
    assert danger is not None
    assert danger.word == "起火"


def test_only_what_is_said_at_once_is_urgent():
    assert ADVISOR.danger("啊" * rules.URGENT + "着火") is None


def test_only_the_beginning_of_a_long_text_is_read():
    assert plain("路" * 5 * READ) == "路" * READ
    assert suggest("啊" * READ + "路灯不亮").best is None


def test_every_matter_an_officer_can_find_has_words_of_its_own():
    unnamed = {"01020", "01022", "01033", "01034", "SG013"}  # nobody calls these by their official names
    assert ADVISOR.catalogue.matters.keys() - LEXICON.keywords.keys() == unnamed


def test_a_matters_keywords_let_the_catalogue_be_searched():
    found = ADVISOR.catalogue.search("牛皮癣")
    assert [(m.code, m.kind) for m in found] == [("07001", MatterKind.MATTER)]
    assert LEXICON.keywords["01023"][0] == "井盖"


def test_words_are_read_left_to_right_the_longest_first():
    words = Words(["井盖", "雨水井盖", "盖板"])
    assert list(words.find("雨水井盖板和井盖")) == [("雨水井盖", 0), ("井盖", 6)]
    with pytest.raises(ValueError, match="too short"):
        Words(["井"])


def test_a_file_with_an_unknown_grade_is_not_read(tmp_path):
    text = (DATA / "triage.json").read_text().replace('"names"', '"name"', 1)
    (tmp_path / "triage.json").write_text(text)
    with pytest.raises(ValueError, match="Extra inputs"):
        Lexicon.load(tmp_path)


def test_without_its_words_the_library_opens_says_so_and_suggests_nothing(tmp_path, caplog):
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=lambda *_: ["triage.json", "demo", "areas"])
    library = Library.load(data)
    assert "the words cannot be read" in caplog.text
    guess = library.suggest("路灯不亮", "440103006")
    assert (guess.best, guess.alternatives, guess.failed) == (None, (), True)
    assert library.danger("有人落水") is None
    named = library.suggest("", "440103006", "01037").best  # needs no words
    assert named and named.unit.id == "zj"


def a_report(text="雨水井盖破损", *, code="01003", north_m=0.0, hours=0.0, place=True):
    there = Wgs84(HERE.lon, HERE.lat + north_m * METRE_NORTH) if place else None
    return Report(code, there, NOON + timedelta(hours=hours), text)


def test_the_same_report_twice_is_certain():
    assert similarity(a_report(), a_report()) == 100


def test_the_same_kind_near_and_soon_is_always_worth_proposing():
    edge = similarity(a_report("井盖坏了"), a_report("有个洞", north_m=49.9, hours=24))
    assert edge == MERGE_SUGGESTED_FROM
    assert 85 <= similarity(a_report(), a_report("雨水井盖破损了", north_m=18, hours=1)) <= 95


@pytest.mark.parametrize(
    "other",
    [
        a_report(north_m=51),
        a_report(hours=25),
        a_report(hours=-25),
        a_report(code="06010"),
        a_report("同一条街上另有一处井盖坏了", place=False),
    ],
)
def test_too_far_too_late_or_another_kind_is_no_duplicate(other):
    assert similarity(a_report(), other) == similarity(other, a_report()) == 0


def test_while_the_kind_is_unknown_the_texts_must_agree():
    here = a_report("恩宁路口的垃圾没人清理", code=None)
    assert similarity(here, a_report("恩宁路口垃圾没有人清理", code="06010")) >= MERGE_SUGGESTED_FROM
    assert similarity(here, a_report("路灯不亮", code="01037")) < MERGE_SUGGESTED_FROM
    assert similarity(here, a_report("", code=None)) < MERGE_SUGGESTED_FROM


LETTER = "恩宁路口的垃圾桶满了两天没有人清，味道很大"


@pytest.mark.parametrize(
    ("ours", "theirs", "score"),
    [
        ({}, {}, 95),  # the same words; never certain without a place
        ({"place": False}, {"place": False, "hours": 24}, 90),
        ({"code": None}, {"code": "06010"}, 90),
        ({}, {"text": LETTER + "，请处理"}, 86),  # 19 of 22 pairs
        ({}, {"code": "01037"}, 0),
        ({}, {"hours": 25}, 0),
        ({}, {"text": "恩宁路口的路灯坏了两天没有人修，晚上很黑"}, 0),
        ({"text": "路灯不亮"}, {"text": "路灯不亮"}, 0),  # so little is said of many places
    ],
)
def test_without_a_place_the_words_must_tell_it_too(ours, theirs, score):
    one = a_report(**{"text": LETTER, "place": False, "code": "06010", **ours})
    other = a_report(**{"text": LETTER, "code": "06010", **theirs})
    assert similarity(one, other) == similarity(other, one) == score


REPORTS = st.builds(
    a_report,
    st.text("井盖路灯垃圾不亮破损", max_size=12),
    code=st.sampled_from(["01003", "06010", None]),
    north_m=st.floats(-40, 40),
    hours=st.floats(-20, 20),
)


@settings(deadline=None)
@given(REPORTS, REPORTS)
def test_likeness_is_mutual_and_between_0_and_100(a, b):
    score = similarity(a, b)
    assert score == similarity(b, a)
    assert 0 <= score <= 100
    near = abs(a.place.lat - b.place.lat) / METRE_NORTH < 49.9 and abs(a.at - b.at) <= timedelta(hours=24)
    if a.matter_code and a.matter_code == b.matter_code and near:
        assert score >= MERGE_SUGGESTED_FROM
