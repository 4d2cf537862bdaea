import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.ids import (
    BadCaseNo,
    CaseNo,
    case_no,
    parse_case_no,
    valid_case_no,
    valid_mobile,
    valid_resident_id,
    valid_uscc,
)

prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=3)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
sequences = st.integers(1, 999_999_999)
numbers = st.builds(case_no, prefixes, days, sequences)


@given(prefixes, days, sequences)
def test_a_case_number_reads_back_as_it_was_written(prefix, on, sequence):
    text = case_no(prefix, on, sequence)
    assert re.fullmatch(r"[A-Z]{1,3}\d{8}-?\d{4,}", text)
    assert valid_case_no(text)
    assert parse_case_no(text) == CaseNo(prefix, on, sequence)
    assert str(parse_case_no(text)) == text


@pytest.mark.parametrize(
    ("sequence", "text"),
    [(7, "LW20261123-00076"), (9_999, "LW20261123-99992"), (12_345, "LW20261123-123459")],
)
def test_a_case_number_looks_like_this(sequence, text):
    assert case_no("LW", date(2026, 11, 23), sequence) == text


@given(numbers, st.data())
def test_one_wrong_digit_is_noticed(number, data):
    place = data.draw(st.sampled_from([i for i, sign in enumerate(number) if sign.isdigit()]))
    wrong = data.draw(st.sampled_from(sorted(set("0123456789") - {number[place]})))
    assert not valid_case_no(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.data())
def test_two_swapped_neighbours_are_noticed(number, data):
    places = [i for i, sign in enumerate(number) if sign.isdigit()]
    pairs = [(a, b) for a, b in pairwise(places) if number[a] != number[b]]
    a, b = data.draw(st.sampled_from(pairs))
    swapped = list(number)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    assert not valid_case_no("".join(swapped))


@pytest.mark.parametrize(
    "typed",
    ["lw20261123-00076", "  LW20261123-00076\n", "LW2026112300076", "ＬＷ２０２６１１２３－０００７６"],
)
def test_a_case_number_is_read_as_people_type_it(typed):
    assert parse_case_no(typed) == CaseNo("LW", date(2026, 11, 23), 7)


@pytest.mark.parametrize(
    "typed",
    [
        "", "LW", "20261123-00076", "LWXY20261123-00076", "LW20261123-0006", "LW20261123-00071",
        "LW20261323-00070", "LW20261123-000006", "LW20261123-" + "9" * 5_000, "LW20261123--00076",
    ],
)  # fmt: skip
def test_other_text_is_no_case_number(typed):
    assert not valid_case_no(typed)
    with pytest.raises(BadCaseNo):
        parse_case_no(typed)


@pytest.mark.parametrize("typed", ["LW20261399-0007", "LW20261123-00007", "LW20261123-0000"])
def test_no_check_digit_mends_a_wrong_date_a_padded_sequence_or_number_zero(typed):
    assert not any(valid_case_no(f"{typed}{digit}") for digit in range(10))


@pytest.mark.parametrize(
    ("prefix", "sequence"), [("", 1), ("lw", 1), ("LWXY", 1), ("L1", 1), ("LW", 0), ("LW", -1)]
)
def test_no_number_is_made_of_a_wrong_prefix_or_sequence(prefix, sequence):
    with pytest.raises(ValueError, match="no case number"):
        case_no(prefix, date(2026, 11, 23), sequence)


# The samples printed in GB 11643 and GB 32100; no real person's or organisation's number is used in tests.
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_standards_own_identity_numbers_are_valid(number):
    assert valid_resident_id(number)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021", "11010519491231002x", "440524188001010015", "440524188013010014",
        "44052418800101001", "4405241880010100140", "04052418800101001X", "440524188001010014\n",
        "44052418800101００14", "",
    ],
)  # fmt: skip
def test_other_identity_numbers_are_not(number):
    assert not valid_resident_id(number)


def test_every_identity_number_has_exactly_one_check_character():
    assert [sign for sign in "0123456789X" if valid_resident_id("11010519491231002" + sign)] == ["X"]
    assert [
        sign for sign in "0123456789X" if valid_resident_id("44010319000230001" + sign)
    ] == []  # 30 February


@pytest.mark.parametrize("code", ["91350100M000100Y43", "11511301008778183N"])
def test_the_standards_own_credit_codes_are_valid(code):
    assert valid_uscc(code)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y44", "11511301008778183M", "91350100M000100Y4", "91350100M000100Y430",
        "9135010AM000100Y43", "91350100I000100Y43", "91350100m000100y43", "91350100M000100Y43\n", "",
    ],
)  # fmt: skip
def test_other_credit_codes_are_not(code):
    assert not valid_uscc(code)


@pytest.mark.parametrize("number", ["13800138000", "19912345678"])
def test_mobile_numbers(number):
    assert valid_mobile(number)


@pytest.mark.parametrize(
    "number",
    [
        "12800138000", "1380013800", "138001380000", "+8613800138000", "138 0013 8000",
        "１３８００１３８０００", "13800138000\n", "",
    ],
)  # fmt: skip
def test_other_numbers_are_not_mobile_numbers(number):
    assert not valid_mobile(number)
