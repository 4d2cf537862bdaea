"""Intervals beside published values, standardisation beside a table worked out by hand, and the bands."""

import pytest

from server.supervision.evaluation.rules.fairness import (
    LEAST_RANKED,
    Band,
    compare,
    expected,
    percentile,
    two_digits,
    wilson,
)  # fmt: skip


@pytest.mark.parametrize(("part", "n", "low", "high"), [
    (8, 10, 0.4902, 0.9433),  # R: prop.test(8, 10, correct = FALSE)
    (81, 263, 0.2553, 0.3662),  # Newcombe 1998, method 3, as the next three
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
    (20, 20, 0.8389, 1.0000),
])  # fmt: skip
def test_the_interval_is_the_published_one(part, n, low, high):
    assert wilson(part, n) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_interval():
    assert wilson(0, 0) is None


EASY, HARD = ("06", "hours"), ("01", "weeks")
WHOLE = {EASY: (180, 200), HARD: (100, 200)}  # 90 % and 50 %: 70 % in all


def test_what_is_expected_of_a_mix():
    # 40 × 0.9 + 10 × 0.5 = 41; 40 × 0.9 × 0.1 + 10 × 0.5 × 0.5 = 6.1
    assert expected({EASY: (40, 40), HARD: (0, 10)}, WHOLE) == pytest.approx((41, 6.1))


def test_a_kind_of_case_nobody_else_has_expects_nothing():
    assert expected({("99", "days"): (3, 4)}, WHOLE) == (0, 0)


def test_who_has_the_hard_cases_is_not_worse_for_it():
    hard = compare({EASY: (9, 10), HARD: (46, 90)}, WHOLE, high_is_good=True)
    # 55 of 100; expected 10 × 0.9 + 90 × 0.5 = 54; 55 ÷ 54 × 70 %
    assert hard.share == 0.55
    assert hard.adjusted == pytest.approx(0.7129630)
    assert hard.band is Band.ALIKE
    # 54 ± 1.96 × √(10 × 0.09 + 90 × 0.25) = 54 ± 9.481, times 0.7 / 54
    assert (hard.funnel_low, hard.funnel_high) == pytest.approx((0.577098, 0.822902), abs=1e-6)
    # Wilson of 55/100 is 0.4524 … 0.6439, times 100 × 0.7 / 54
    assert (hard.low, hard.high) == pytest.approx((0.5865, 0.8346), abs=1e-4)


@pytest.mark.parametrize(("part", "high_is_good", "band"), [
    (70, True, Band.BETTER), (30, True, Band.WORSE), (70, False, Band.WORSE), (30, False, Band.BETTER),
    (50, True, Band.ALIKE), (59, True, Band.ALIKE), (60, True, Band.BETTER),
])  # fmt: skip
def test_three_bands_and_no_order_within_them(part, high_is_good, band):
    whole = {EASY: (500, 1000)}  # 100 of them: 50 ± 9.8
    assert compare({EASY: (part, 100)}, whole, high_is_good=high_is_good).band is band


def test_a_town_with_one_solved_case_is_not_ranked():
    one = compare({EASY: (1, 1)}, WHOLE, high_is_good=True)
    assert (one.share, one.band) == (1.0, Band.FEW)


@pytest.mark.parametrize(("n", "band"), [(LEAST_RANKED - 1, Band.FEW), (LEAST_RANKED, Band.BETTER)])
def test_thirty_are_enough(n, band):
    assert compare({EASY: (n, n)}, {EASY: (500, 1000)}, high_is_good=True).band is band


def test_a_group_of_nothing_has_no_share():
    assert compare({}, WHOLE, high_is_good=True).share is None


def test_where_nobody_has_any_all_are_alike():
    none = compare({EASY: (0, 40)}, {EASY: (0, 400)}, high_is_good=False)
    assert (none.share, none.adjusted, none.funnel_low, none.band) == (0.0, 0.0, None, Band.ALIKE)


@pytest.mark.parametrize(("percent", "minutes"), [(50, 40), (90, 600), (100, 6000), (1, 10)])
def test_a_median_and_the_ninth_decile_come_out_of_the_steps(percent, minutes):
    assert percentile({10: 1, 40: 5, 90: 2, 600: 1, 6000: 1}, percent) == minutes


def test_of_nothing_there_is_no_median():
    assert percentile({}, 50) is None


@pytest.mark.parametrize(
    ("minutes", "kept"), [(0, 0), (7, 7), (99, 99), (104, 100), (105, 110), (1234, 1200)]
)
def test_minutes_keep_two_digits(minutes, kept):
    assert two_digits(minutes) == kept
