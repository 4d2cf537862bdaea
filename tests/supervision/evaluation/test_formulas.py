"""A small district of twelve orders whose every rate was worked out on paper, and the composites of it.

patrol reports 8, of which 6 were filed; citizens' reports 4, all filed. 10 filed; 1 of them was void later.
9 went to the unit and are due: 8 handled, 6 of these in time, 7 closed, 5 of these in time; 2 redone.
"""

import pytest

from server.supervision.evaluation.rules import composites
from server.supervision.evaluation.rules.composites import grade, volume_points
from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.formulas import FORMULAS, Indicator, Rate, rate, total

R = Indicator
TWELVE = Counters(
    report=12, valid_report=9, patrol_report=8, valid_patrol_report=6, public_report=4, public_inst=4,
    operate=10, not_operate=2, inst=10, not_inst=2, inst_intime=9, cancel=1,
    verify_need=4, verify=4, verify_intime=3, dispatch_need=9, dispatch=9, dispatch_intime=9,
    accur_dispatch=6, wrong_dispatch=1, dispose_need=9, dispose=8, dispose_intime=6, dispose_overtime=3,
    to_dispose=1, rework=2, rework_times=3, received=10, back=1, shuffle=1, check_need=8, check_done=8,
    check_intime=4, archive_need=9, archive=7, archive_intime=5, archive_overtime=2,
    visit=5, satisfied=4, solved=3, score=100 + 80 + 80 + 50 - 100, missed_report=2,
)  # fmt: skip

BY_HAND = {
    R.INST: 83.3333333333,  # 10 of 12
    R.PUBLIC_VERIFIED: 40.0,  # 4 of 10
    R.DISPOSE: 88.8888888889,  # 8 of 9
    R.ONTIME_DISPOSE: 66.6666666667,  # 6 of 9
    R.CLOSE: 77.7777777778,  # 7 of 9
    R.ONTIME_CLOSE: 55.5555555556,  # 5 of 9
    R.REWORK: 25.0,  # 2 of 8
    R.RETURN: 10.0,  # 1 of 10
    R.SHUFFLE: 10.0,  # 1 of 10
    R.ACCUR_DISPATCH: 85.7142857143,  # 6 of 7 closed
    R.ONTIME_DISPATCH: 100.0,  # 9 of 9
    R.ONTIME_INST: 90.0,  # 9 of 10
    R.ACCUR_INST: 90.0,  # 10 − 1 of 10
    R.VALID_REPORT: 75.0,  # 6 of 8
    R.ONTIME_VERIFY: 75.0,  # 3 of 4
    R.ONTIME_CHECK: 50.0,  # 4 of 8
    R.MISS_REPORT: 20.0,  # 2 of 10
    R.SATISFACTION: 42.0,  # 210 points of 5 visits
    R.SATISFIED: 80.0,  # 4 of 5
    R.SOLVED: 60.0,  # 3 of 5
}


@pytest.mark.parametrize("indicator", sorted(BY_HAND))
def test_a_rate_is_what_it_was_on_paper(indicator):
    assert rate(indicator, TWELVE).percent == pytest.approx(BY_HAND[indicator], abs=1e-9)


def test_coverage_takes_its_checkpoints_from_the_patrols():
    assert rate(R.PATROL_COVERAGE, TWELVE, visited=7, required=8).percent == 87.5


def test_every_rate_was_worked_out():
    assert set(BY_HAND) == set(Indicator) - {R.PATROL_COVERAGE}
    assert FORMULAS.keys() <= set(Indicator)


@pytest.mark.parametrize("indicator", Indicator)
def test_of_nothing_there_is_no_rate(indicator):
    assert rate(indicator, Counters()).percent is None  # null, not 0


def test_none_of_some_is_zero():
    assert rate(R.REWORK, Counters(dispose=5)).percent == 0.0


def test_valid_reports_are_of_the_reports_and_not_the_other_way_round():
    """The public system divides reports by valid reports: 133 %."""
    assert rate(R.VALID_REPORT, TWELVE) == Rate(6, 8)


def test_counters_add_up():
    assert total([TWELVE, TWELVE]).score == 420
    assert total([]) == Counters()


@pytest.mark.parametrize(("volume", "busiest", "points"), [
    (100, 100, 100), (80, 100, 100), (79, 100, 90), (60, 100, 90), (59, 100, 75), (40, 100, 75),
    (39, 100, 60),
    (20, 100, 60), (19, 100, 40), (1, 100, 40), (0, 100, 0), (0, 0, 0), (3, 0, 100),
])  # fmt: skip
def test_volume_gives_points_in_steps(volume, busiest, points):
    assert volume_points(volume, busiest) == points


def test_an_acceptor_is_judged_by_verifying_and_by_checking():
    """The public system takes the verifying rate twice and would say 85.0."""
    # 10 of 10 → 100 points × 25 % + 75 × 40 % + 50 × 35 %
    assert composites.acceptor(TWELVE, 10) == pytest.approx(25 + 30 + 17.5)


def test_a_shift_leader():
    # 90 × 25 % + 90 × 40 % + 55.556 × 35 %
    assert composites.shift_leader(TWELVE) == pytest.approx(22.5 + 36 + 19.4444444)


def test_a_dispatcher():
    # 9 of 18 → 75 points × 20 % + 100 × 40 % + 85.714 × 40 %
    assert composites.dispatcher(TWELVE, 18) == pytest.approx(15 + 40 + 34.2857143)


def test_a_department():
    # 9 of 30 → 60 points × 10 % + 77.778 × 30 % + 66.667 × 30 % + (100 − 25) × 30 %
    assert composites.department(TWELVE, 30) == pytest.approx(6 + 23.3333333 + 20 + 22.5)


def test_an_area_is_better_for_closing_more_and_its_weights_make_a_hundred():
    """The public system subtracts the closing rate, and its weights sum to 0.7."""
    # (100 − 40) × 10 % + 100 × 20 % + 77.778 × 30 % + 55.556 × 40 %
    assert composites.area(TWELVE, 10) == pytest.approx(6 + 20 + 23.3333333 + 22.2222222)
    best = Counters(inst=1, archive_need=1, archive=1, archive_intime=1)
    assert composites.area(best, 1) == 100


@pytest.mark.parametrize("score", [
    composites.acceptor(Counters(operate=5), 5), composites.shift_leader(Counters(inst=1)),
    composites.dispatcher(Counters(dispatch=1, dispatch_need=1), 1), composites.department(Counters(), 0),
    composites.area(Counters(), 0),
])  # fmt: skip
def test_without_one_of_its_parts_there_is_no_score(score):
    assert score is None
    assert grade(score) is None


@pytest.mark.parametrize(("score", "letter"), [
    (100, "A"), (90, "A"), (89.99, "B"), (75, "B"), (74.99, "C"), (60, "C"), (59.99, "D"), (40, "D"),
    (39.99, "E"), (0, "E"),
])  # fmt: skip
def test_a_score_has_a_letter(score, letter):
    assert grade(score) == letter


def test_the_busiest_of_nobody_is_none():
    assert (composites.busiest([]), composites.busiest([3, 9])) == (0, 9)
