"""Base data's pure decisions, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from server.grid.basedata import rules
from server.grid.basedata.facts import FIELDS, BaseFieldName, BaseForm, BaseKind
from server.grid.basedata.rules import Change
from server.identity.posts import DataClass
from server.kernel.actors import OFFICER, Actor, Post
from server.kernel.errors import CityError
from tests.factories import an_officer

F, K = BaseFieldName, BaseKind
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
CHEN = an_officer(id="chen")
LI = an_officer(Post.DISTRICT_DISPATCHER, id="li")


@pytest.mark.parametrize(
    ("kind", "facts", "code", "field"),
    [
        (K.RESIDENT, {F.NAME: " "}, "TEXT_REQUIRED", "name"),
        (K.RESIDENT, {F.NAME: "某甲", F.PHONE: "123"}, "BAD_PHONE", "phone"),
        (K.RESIDENT, {F.NAME: "某甲", F.ID_NUMBER: "999999194912310012"}, "BAD_ID_NUMBER", "id_number"),
        (K.RESIDENT, {F.NAME: "某甲", F.BORN_ON: "2026-2-1"}, "BAD_FACT", "born_on"),
        (K.RESIDENT, {F.NAME: "某甲", F.SEX: "other"}, "BAD_FACT", "sex"),
        (K.RESIDENT, {F.NAME: "某甲", F.USCC: "9"}, "NO_SUCH_FACT", "uscc"),
        (K.ORGANISATION, {F.NAME: "甲店", F.USCC: "91440101MA5AA0000X"}, "BAD_USCC", "uscc"),
        (K.ORGANISATION, {F.NAME: "甲店", F.STAFF: "-1"}, "BAD_FACT", "staff"),
        (K.FACILITY, {F.NAME: "路灯", F.STATE: "intact"}, "TEXT_REQUIRED", "identifier"),
        (K.FACILITY, {F.NAME: "路灯", F.STATE: "intact", F.IDENTIFIER: "11010101037000001"},
         "BAD_IDENTIFIER", "identifier"),
        (K.ROOM, {F.ADDRESS: "恩" * 201}, "TEXT_TOO_LONG", "address"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_field(kind, facts, code, field):
    with pytest.raises(CityError) as refused:
        rules.cleaned(kind, facts, district="440103")
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_fits_is_stored_in_one_form():
    written = {F.NAME: " 某 甲 ", F.PHONE: "138 0013 8001", F.ID_NUMBER: "999999194912310110"}
    with pytest.raises(CityError):
        rules.cleaned(K.RESIDENT, written, district="440103")
    passport = {**written, F.ID_TYPE: "passport", F.ID_NUMBER: "e12345678"}
    assert rules.cleaned(K.RESIDENT, passport, district="440103") == {
        F.NAME: "某 甲", F.PHONE: "13800138001", F.ID_TYPE: "passport", F.ID_NUMBER: "E12345678",
    }  # fmt: skip
    known = {F.ID_TYPE: "passport"}
    assert rules.cleaned(K.RESIDENT, {F.ID_NUMBER: "E1234567"}, now=known, district="440103")
    assert rules.cleaned(K.RESIDENT, {F.PHONE: ""}, now={}, district="440103") == {F.PHONE: ""}


@pytest.mark.parametrize(
    ("changes", "mine", "now", "odd"),
    [
        ([], {F.PHONE: "2"}, {F.PHONE: "1"}, set()),
        ([("huang", {F.EMPLOYER})], {F.PHONE: "2"}, {F.PHONE: "1"}, set()),  # disjoint: merges
        ([("huang", {F.PHONE})], {F.PHONE: "2"}, {F.PHONE: "3"}, {F.PHONE}),
        ([("huang", {F.PHONE})], {F.PHONE: "3"}, {F.PHONE: "3"}, set()),  # both wrote the same
        ([("chen", {F.PHONE})], {F.PHONE: "2"}, {F.PHONE: "3"}, set()),  # one's own, made offline
        ([("huang", {F.PHONE}), ("chen", {F.PHONE})], {F.PHONE: "2"}, {F.PHONE: "3"}, set()),
        ([("chen", {F.PHONE}), ("huang", {F.PHONE})], {F.PHONE: "2"}, {F.PHONE: "3"}, {F.PHONE}),
        ([("huang", {F.PHONE, F.EMPLOYER})], {F.PHONE: "2", F.SEX: "male"}, {F.PHONE: "3"}, {F.PHONE}),
    ],
)
def test_two_changes_are_at_odds_only_about_the_same_fact(changes, mine, now, odd):
    since = [Change(n, by, NOW, frozenset(names)) for n, (by, names) in enumerate(changes, start=2)]
    assert rules.at_odds(since, mine, now, "chen").keys() == odd


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("post", list(Post))
def test_who_reads_what_whole(kind, post):
    """Phones, numbers and birthdays never by default; the rest of a person only by who visits him."""
    actor = Actor("x", OFFICER, post)
    for row in FIELDS[kind]:
        value = (
            "13800138001" if row.form is BaseForm.PHONE else row.choices[0] if row.choices else "某甲乙丙丁戊"
        )
        whole = rules.shown(kind, row.name, value, actor) == value
        by_form = row.form in {BaseForm.PHONE, BaseForm.ID_NUMBER} or row.data is DataClass.SENSITIVE
        assert whole is (row.data < DataClass.PERSONAL or (post is Post.GRID_OFFICER and not by_form))
        may = rules.reveals(actor, kind, row.name)
        assert not (may and whole)
        assert may <= (
            post in {Post.GRID_OFFICER, Post.STREET_DISPATCHER, Post.DISTRICT_DISPATCHER, Post.LEADER}
        )
        if post is Post.GRID_OFFICER:
            assert not (may and row.data is DataClass.SENSITIVE)


def test_a_record_is_due_after_half_a_year():
    assert not rules.due(NOW - timedelta(days=180), NOW)
    assert rules.due(NOW - timedelta(days=180, seconds=1), NOW)


def test_only_a_whole_number_is_looked_for_as_one():
    assert rules.number_kind(" 138 0013 8001") is F.PHONE
    assert rules.number_kind("999999194912310017") in {F.ID_NUMBER, None}
    assert rules.number_kind("1380013") is None
    assert rules.number_kind("恩宁路99号") is None
