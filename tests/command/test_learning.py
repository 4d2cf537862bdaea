"""A model learnt from what was sorted before: it sorts what it has not seen, says why, and may break."""

import csv
from collections import Counter
from dataclasses import fields, replace
from itertools import product
from typing import cast

import pytest
from typer.testing import CliRunner

from server import cli, teaching
from server.command.library import Library, frozen
from server.command.triage import evaluation, keeper, rules
from server.command.triage.advisor import Advisor
from server.command.triage.evaluation import Sorted
from server.command.triage.grams import count
from server.command.triage.head import Head, Vector
from server.command.triage.learning import folds
from server.command.triage.model import BadModel, Model, Read
from server.command.triage.rules import Confidence
from server.integrations.labelled import read_labelled
from server.integrations.messages import BadFile
from server.platform import editions
from server.platform.editions import Shelf
from tests.city import BIN, CELL, LAMP, city, everything
from tests.factories import an_officer
from tests.platform.offices import offices

__all__ = ["city"]

HIGH, MEDIUM, LOW = Confidence
WHERE = ("榕树巷", "塔影街", "荷溪路", "石桥里", "南塘边", "蓝田坊")
TALES = {
    "水": ("水龙头放出来的水是黄的", "自来水三天两头停", "水压低得热水器打不着"),
    "车": ("公交车半个钟头才来一班", "校车总是晚点", "地铁口没有接驳车"),
    "学": ("小学开学还没发课本", "幼儿园涨了保教费", "中学晚自习收钱"),
}
MESSAGES = [
    Sorted(f"{place}{what}", f"住在{place}的人都知道，{what}，请管一管。", label)
    for label, tales in TALES.items()
    for place, what in product(WHERE, tales)
]
ANN, BEN = an_officer(id="ann"), an_officer(id="ben")


def guess(head, read):
    return Model({"category": head}).guesses(read).get("category")


def learnt(texts=MESSAGES):
    return evaluation.train(texts, lambda n: None)


@pytest.fixture(scope="module")
def head():
    return learnt()[0]


@pytest.fixture
async def both(settings, clock):
    async with offices(settings, clock) as both:
        for office in both:
            office.tools[Shelf] = Shelf()
            office.of(Shelf).keep(keeper.KIND, keeper.KEEPER)
        yield both


def test_what_was_never_seen_is_sorted_with_its_reasons(head):
    read = Read.of("新城区自来水天天停", "住在新城区的人都知道，自来水三天两头停，水龙头放不出水，请管一管。")
    told = guess(head, read)
    assert (told.labels[0], told.confidence) == ("水", HIGH)
    assert any("来水" in word or "龙头" in word for word in head.reasons(read.text, told))


def test_one_number_holds_the_weights_of_all_classes(head):
    vector = head.vocabulary.vector(Read.of("自来水", "水龙头放出来的水是黄的，公交车晚点").counted)
    by_hand = [
        head.scale * (row[-1] + sum(row[at] * value for at, value in vector.items())) for row in head.weights
    ]
    assert head.points(Vector([*vector], [*vector.values()])) == pytest.approx(by_hand, abs=1e-3)


def test_a_text_without_a_known_piece_is_not_guessed_at(head):
    assert guess(head, Read.of("", "ÄÖÜ")) is None


def test_the_same_texts_teach_the_same_model_and_it_survives_being_kept(head):
    model = Model({"category": head})
    assert learnt()[0].weights == head.weights
    again, read = Model.load(model.dump()), Read.of("", "新城区的公交车半个钟头才来一班")
    assert again.dump() == model.dump()
    told = model.guesses(read)["category"]
    assert again.guesses(read) == {"category": told}
    assert again.reasons("category", read, told) == model.reasons("category", read, told) != ()


def test_several_questions_about_one_text_are_answered_as_each_would_be_alone(head):
    other, _ = learnt([replace(each, label="有" if "公" in each.text else "无") for each in MESSAGES[9:40]])
    read = Read.of("新城区", "公交车半个钟头才来一班，自来水也停了")
    alone = guess(head, read), guess(other, read)
    both = Model({"category": head, "unit": other}).guesses(read)
    assert (both["category"], both["unit"]) == alone


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8bnot gzip", b'{"format":2,"heads":{}}'])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(BadModel):
        Model.load(content)


def test_a_model_whose_parts_do_not_fit_is_refused(head):
    content = Model({"category": head}).dump().replace('"水"'.encode(), '"水","土"'.encode())
    with pytest.raises(BadModel):
        Model.load(content)


def test_each_text_is_asked_about_once_and_twins_stay_together():
    twin = Sorted(MESSAGES[0].title, MESSAGES[0].text + "!", MESSAGES[0].label)
    texts = [*MESSAGES, twin]
    kin = evaluation.families([f"{each.title} {each.text}" for each in texts])
    assert kin[-1] == kin[0] == 0
    labels = [each.label for each in texts]
    asked = [ask for _, ask in folds(labels, kin)]
    assert sorted(n for ask in asked for n in ask) == list(range(len(texts)))
    assert all((0 in ask) == (len(MESSAGES) in ask) for ask in asked)
    assert all(not set(known) & set(ask) for known, ask in folds(labels, kin))


def test_figures_are_counted_by_hand():
    confusion = {("a", "a"): 3, ("a", "b"): 1, ("b", "b"): 2, ("b", "a"): 2}
    report = evaluation.Report(
        ("a", "b"), confusion, [(0.9, True), (0.5, True), (0.4, False), (0.1, True)], 0, 1.0
    )
    assert report.row("a") == (3 / 5, 3 / 4, 2 * 3 / 9, 4)
    assert report.row("b") == (2 / 3, 2 / 4, 2 * 2 / 7, 4)
    assert report.macro_f1 == (6 / 9 + 4 / 7) / 2
    assert report.lead_for(0.95) == (0.5, 1.0, 0.5)
    assert report.lead_for(0.5, below=0.5) == (0.1, 0.5, 0.5)
    assert report.lead_for(0.99, below=0.2) == (0.1, 1.0, 0.25)


def test_an_evaluation_is_told_class_by_class():
    head, report = learnt()
    assert report.macro_f1 > 0.9 and sum(report.confusion.values()) == len(MESSAGES)
    assert head.report["classes"]["水"]["texts"] == 18
    assert all(label in teaching.told(report) for label in TALES)


def test_rare_classes_are_left_out_and_one_class_teaches_nothing():
    texts, few = teaching.worth_learning([*MESSAGES, Sorted("", "狗叫", "狗")])
    assert (len(texts), few) == (len(MESSAGES), {"狗": 1})
    with pytest.raises(teaching.TooLittle):
        teaching.worth_learning(MESSAGES[:18])


def test_a_file_is_read_by_its_usual_columns(tmp_path):
    file = tmp_path / "sorted.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["标题", "正文", "分类", "来源"])
        writer.writerows([["停水", "又停水了", "水", "热线"], ["", "没有类别", "", ""]])
    assert read_labelled(file) == [Sorted("停水", "又停水了", "水")]
    assert read_labelled(file, "来源")[0].label == "热线"
    with pytest.raises(BadFile):
        read_labelled(file, "nowhere")


@pytest.mark.parametrize(
    ("words", "sure", "learned", "sees", "first", "then"),
    [
        (["a"], MEDIUM, ["a"], MEDIUM, "a", HIGH),  # both say so
        (["a"], LOW, ["b"], HIGH, "b", HIGH),
        (["a"], HIGH, ["b"], MEDIUM, "a", HIGH),
        (["a"], HIGH, ["b"], HIGH, "b", MEDIUM),
        (["a"], MEDIUM, ["b"], MEDIUM, "b", LOW),  # a person decides
        (["a"], MEDIUM, ["b"], LOW, "a", MEDIUM),
        ([], LOW, [], LOW, None, LOW),
    ],
)
def test_words_and_history_are_weighed(words, sure, learned, sees, first, then):
    ranking, confidence, _ = rules.combine(words, sure, learned, sees)
    assert (next(iter(ranking), None), confidence) == (first, then)


def of_matters():
    tales = {
        LAMP: ("老街黑乎乎走路摔跤", "夜里巷子看不见人"),
        BIN: ("馊味熏得开不了窗", "苍蝇满天飞没人收拾"),
    }
    return [
        Sorted("", f"{place}{tale}", code)
        for code, says in tales.items()
        for place, tale in product(WHERE, says)
    ]


async def test_a_published_model_serves_in_every_process_and_an_older_one_can_be_published_anew(both):
    one, two = both
    said = "荔红路馊味熏得开不了窗"
    assert one.of(Library).suggest(said, CELL).best is None
    content = Model({"matter": learnt(of_matters())[0]}).dump()
    async with one.work(ANN) as work:
        edition = await editions.propose(work, keeper.KIND, content, note="closed orders")
    assert edition.report["matter"]["texts"] == 24 and edition.report["matter"]["macro_f1_before"] is None
    async with one.work(BEN) as work:
        await editions.publish(work, keeper.KIND, 1)
    for office in both:
        await office.of(Shelf).refresh(office)
        best = office.of(Library).suggest(said, CELL).best
        assert best and best.matter.code == BIN
    assert two.of(Library).suggest(said, CELL).words


async def test_an_edition_that_is_no_model_is_refused_and_leaves_nothing(both):
    one, _ = both
    before = await everything(one)
    with pytest.raises(BadModel):
        async with one.work(ANN) as work:
            await editions.propose(work, keeper.KIND, b"{}")
    assert await everything(one) == before


class Broken(Head):
    def guess(self, vector):
        raise ZeroDivisionError


async def test_when_the_model_breaks_words_alone_suggest(both, head, caplog):
    one, _ = both
    said = "楼下垃圾桶满了没人收"
    by_words = one.of(Library).suggest(said, CELL)
    keeper.take(one, 7, b"\x1f\x8bgarbage")
    assert "broken" in caplog.text and one.of(Library).suggest(said, CELL) == by_words
    broken = Broken(**{each.name: getattr(head, each.name) for each in fields(head)})
    one.tools[Library] = one.of(Library).taught(Model({"matter": broken, "unit": broken, "category": broken}))
    assert one.of(Library).suggest(said, CELL) == by_words


async def test_when_suggesting_breaks_altogether_the_report_is_taken_and_says_so(both):
    one, _ = both
    library = one.of(Library)
    one.tools[Library] = replace(library, advisor=cast(Advisor, None))
    guess = one.of(Library).suggest("路灯不亮", CELL)
    assert (guess.best, guess.confidence, guess.failed) == (None, LOW, True)
    assert frozen(guess)["failed"] is True


def test_a_title_counts_apart_from_the_text():
    counted = count("停水", "又停水了")
    assert counted["^停水"] == 1 and counted["停水"] == 2
    assert count("", "又停水了")["^停水"] == 1
    assert isinstance(counted, Counter)


async def test_the_district_teaches_by_how_its_orders_ended(city):
    order = await city.order(await city.bring(await city.report(), "closed"))
    await city.bring(await city.report(), "in_progress")
    found = await teaching.decided(city.office)
    assert [each.label for each in found["matter"]] == [order.matter_code]
    assert [each.label for each in found["unit"]] == [order.unit_id]
    assert found["unit"][0].text == order.text
    with pytest.raises(teaching.TooLittle):
        teaching.worth_learning(found["matter"])


def test_an_operator_trains_and_proposes_from_a_terminal(tmp_path, monkeypatch):
    file, model = tmp_path / "sorted.csv", tmp_path / "model.json"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([["title", "body", "category"], *((m.title, m.text, m.label) for m in MESSAGES)])
    monkeypatch.setenv("SANWEI_DATA_DIR", str(tmp_path / "data"))
    run = CliRunner().invoke
    told = run(cli.app, ["triage", "evaluate", str(file)])
    assert told.exit_code == 0 and "macro F1" in told.output
    taught = run(cli.app, ["triage", "train", str(file), "--out", str(model), "--propose"])
    assert taught.exit_code == 0 and "triage/1 is proposed" in taught.output
    assert Model.load(model.read_bytes()).heads["category"].labels == ("学", "水", "车")
    assert run(cli.app, ["triage", "train", str(file), "--from-store"]).exit_code == cli.REFUSED
    assert run(cli.app, ["triage", "evaluate", str(tmp_path / "none.csv")]).exit_code == cli.REFUSED
