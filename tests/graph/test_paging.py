"""A cursor goes out and comes back the same, and nothing else comes in."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.graph.paging import Page, bounded, decode, encode
from server.kernel.errors import BadInput

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
       st.integers(-(2**63), 2**63 - 1),
       st.datetimes(timezones=st.just(UTC)))  # fmt: skip
def test_a_cursor_comes_back_as_it_went(text, number, instant):
    assert decode(encode((text, number, instant)), str, int, datetime) == (text, number, instant)


def test_an_instant_comes_back_in_utc():
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    assert decode(encode((there,)), datetime) == (NOON,)


def forged(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize("cursor", [
    "", "!", "AAAA", "名", "a" * 5_000, forged("x"), forged({"a": 1}), forged(None), forged([]), forged([1]),
    forged([1, "a", "b"]), forged(["a", 1]), forged([True, "a"]), forged([1.0, "a"]), forged([None, "a"]),
    forged([2**63, "a"]), forged([-(2**63) - 1, "a"]), forged([1, "a\0b"]), forged([1, ["a"]]),
    base64.urlsafe_b64encode(b"[" * 700).decode(), base64.urlsafe_b64encode(b"[1,\xff]").decode(),
])  # fmt: skip
def test_what_we_did_not_encode_is_bad_input(cursor):
    with pytest.raises(BadInput) as refused:
        decode(cursor, int, str)
    assert refused.value.field == "after"


NO_INSTANTS = ["yesterday", "2026-03-02", "2026-03-02T09:00:00", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_an_instant_needs_an_offset_and_a_year_we_can_hold(text):
    with pytest.raises(BadInput):
        decode(forged([text]), datetime)


def test_a_page_is_cut_from_one_row_more():
    rows = [("a", 3), ("b", 2), ("c", 1)]
    assert Page.of(rows, 3, lambda row: row) == Page(rows, None)
    page = Page.of(rows, 2, lambda row: row)
    assert page.items == rows[:2]
    assert page.next is not None and decode(page.next, str, int) == ("b", 2)
    assert Page.of([], 2, lambda row: row) == Page([], None)


@pytest.mark.parametrize("first", [1, 20, 100])
def test_a_page_may_hold_one_to_a_hundred(first):
    assert bounded(first) == first


@pytest.mark.parametrize("first", [0, -1, 101, 2**31])
def test_other_sizes_are_bad_input(first):
    with pytest.raises(BadInput) as refused:
        bounded(first)
    assert refused.value.field == "first"
