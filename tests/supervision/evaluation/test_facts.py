"""What an order counts as: whole lives, each written out, with the facts worked out by hand."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest

from server.supervision.evaluation.rules.counters import COUNTERS, Case, Clock, Counters, Line, Passed
from server.supervision.evaluation.rules.facts import difficulty, facts
from server.supervision.evaluation.tables import Counted

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
DUE = MONDAY + timedelta(hours=30)  # Tuesday afternoon


def at(hours):
    return MONDAY + timedelta(hours=hours)


def elapsed(start, end, unit):
    """A calendar without nights, so that hours can be counted by hand."""
    return (end - start).total_seconds() / 3600


def a_case(**facts):
    plain = {"id": "o", "state": "closed", "area": "440103006001007", "source": "patrol",
             "matter_code": "01037", "unit_id": "zj", "bundled_due_at": DUE, "exempt": False}  # fmt: skip
    return Case(**{**plain, **facts})


def a_clock(name="handle", *, overtime=False, unit="work_hour", limit=20.0, due_at=DUE):
    return Clock(name, unit, limit, at(1), DUE, due_at, overtime)


def line(hours, verb, **told):
    who = {name: told.pop(name) for name in ("receiver", "unit_id") if name in told}
    return Line(at(hours), verb, detail=told, **who)


REPORTED = (line(0, "report"),)
SENT = (*REPORTED, line(0.2, "file"), line(1, "dispatch", receiver="zj"))
DONE = (*SENT, line(2, "sign"), line(20, "finish"), line(21, "dept_confirm", bundled_due_at=DUE.isoformat()))
CHECKED = (*DONE, line(22, "send_check"), line(23, "check_pass"))
CLOSED = (*CHECKED, line(24, "close"))
CLOCKS = (a_clock("accept"), a_clock("dispatch"), a_clock(), a_clock("check"))

LATER = at(100)


def counted(case, lines, clocks=CLOCKS, now=LATER):
    """Where it counts, and what is not 0."""
    found = facts(case, lines, clocks, now, elapsed)
    return found.on, {name: n for name, n in asdict(found.counts).items() if n}


DESK = {"report": 1, "valid_report": 1, "patrol_report": 1, "valid_patrol_report": 1, "operate": 1, "inst": 1,
        "inst_intime": 1, "dispatch_need": 1, "dispatch": 1, "dispatch_intime": 1}  # fmt: skip
HANDLED = {**DESK, "dispose_need": 1, "dispose": 1, "dispose_intime": 1, "received": 1, "archive_need": 1}
ARCHIVED = {**HANDLED, "check_need": 1, "check_done": 1, "check_intime": 1, "archive": 1, "archive_intime": 1,
            "accur_dispatch": 1}  # fmt: skip
MON, TUE = date(2026, 3, 2), date(2026, 3, 3)


def test_a_whole_life_in_time():
    assert counted(a_case(), CLOSED) == (TUE, ARCHIVED)  # 21 hours after nine: Tuesday, six in the morning


def test_handled_and_waiting_for_the_check_counts_as_disposed_and_not_as_archived():
    assert counted(a_case(state="checking"), CHECKED[:-1]) == (TUE, {**HANDLED, "check_need": 1})


@pytest.mark.parametrize("hours", [1.5, 29.9])
def test_in_limit_unhandled_counts_nowhere(hours):
    assert counted(a_case(state="in_progress"), SENT, now=at(hours)) == (None, {})


def test_unhandled_past_its_bundled_deadline_owes_handling_and_closing():
    owed = {**DESK, "dispose_need": 1, "dispose_overtime": 1, "to_dispose": 1, "received": 1,
            "archive_need": 1}  # fmt: skip
    assert counted(a_case(state="in_progress"), SENT, now=at(30.1)) == (TUE, owed)


@pytest.mark.parametrize("state", ["suspended", "disputed"])
def test_nobody_owes_what_is_suspended_or_in_dispute(state):
    assert counted(a_case(state=state), SENT, now=at(99)) == (None, {})


def late_life():
    late = line(50, "dept_confirm", bundled_due_at=DUE.isoformat())
    return (*SENT, late, line(51, "send_check"), line(52, "check_pass"), line(53, "close"))


def test_late_handling_counts_on_the_day_the_deadline_passed():
    late = {**ARCHIVED, "dispose_overtime": 1, "archive_overtime": 1}
    del late["dispose_intime"], late["archive_intime"]
    assert counted(a_case(), late_life()) == (TUE, late)
    found = facts(a_case(), late_life(), CLOCKS, at(100), elapsed)
    assert found.over_times == 1.0  # 20 hours over a limit of 20
    assert found.minutes == 49 * 60  # from the dispatch on


def test_what_an_appeal_excused_counts_as_in_time():
    assert counted(a_case(exempt=True), late_life()) == (TUE, {**ARCHIVED, "exempt": 1})


def test_rework_is_judged_by_the_bundled_deadline_and_not_by_the_restarted_one():
    again = (*DONE, line(22, "send_check"), line(23, "check_fail", receiver="zj"),
             line(40, "dept_confirm", bundled_due_at=DUE.isoformat()), line(41, "send_check"),
             line(42, "check_pass"), line(43, "close"))  # fmt: skip
    clocks = (*CLOCKS, a_clock(due_at=at(45)))  # the restarted one would have been kept
    late = {**ARCHIVED, "dispose_overtime": 1, "archive_overtime": 1, "rework": 1, "rework_times": 1}
    del late["dispose_intime"], late["archive_intime"]
    assert counted(a_case(), again, clocks) == (TUE, late)


def test_a_failed_check_takes_the_case_out_again_while_there_is_time():
    failed = (*DONE, line(22, "send_check"), line(23, "check_fail", receiver="zj"))
    assert counted(a_case(state="in_progress"), failed, now=at(24)) == (None, {})


def test_a_reopening_does_not_wash_off_what_was_late():
    fresh = at(200)
    again = (*late_life(), line(60, "reopen", receiver="zj"),
             line(70, "dept_confirm", bundled_due_at=fresh.isoformat()), line(71, "send_check"),
             line(72, "check_pass"), line(73, "close"))  # fmt: skip
    on, counts = counted(a_case(bundled_due_at=fresh), again)
    assert on == date(2026, 3, 5)
    assert (counts["dispose_overtime"], counts["reopen"], counts["rework"]) == (1, 1, 1)
    assert "dispose_intime" not in counts


def test_two_units_make_a_wrong_dispatch_and_each_keeps_what_it_did():
    lines = (*SENT, line(2, "return", unit_id="zj"), line(3, "accept_return", receiver="zj"),
             line(4, "dispatch", receiver="cg"), line(6, "dept_confirm", bundled_due_at=DUE.isoformat()),
             line(7, "send_check"), line(8, "check_pass"), line(9, "close"))  # fmt: skip
    found = facts(a_case(unit_id="cg"), lines, CLOCKS, at(100), elapsed)
    assert (found.counts.accur_dispatch, found.counts.wrong_dispatch) == (0, 1)
    assert found.passed == (Passed("zj", received=1, back=1, freed=1), Passed("cg", received=1))
    assert found.parts["zj"] == Counters(received=1, back=1, freed=1)
    assert found.parts["cg"].back == 0
    assert found.on == MON


@pytest.mark.parametrize(("groundless", "shuffle"), [(True, 1), (False, 0)])
def test_a_refused_return_is_buck_passing_only_where_it_was_groundless(groundless, shuffle):
    lines = (
        *SENT,
        line(2, "return"),
        line(3, "refuse_return", groundless=groundless),
        *DONE[3:],
        *CLOSED[6:],
    )
    _, counts = counted(a_case(), lines)
    assert (counts["back"], counts.get("shuffle", 0)) == (1, shuffle)


def test_a_ruling_for_another_unit_frees_the_one_that_had_it():
    lines = (*SENT, line(2, "return"), line(3, "escalate"), line(4, "sign_ruling", receiver="sw"), *DONE[3:])
    found = facts(a_case(state="check_pending", unit_id="sw"), lines, CLOCKS, at(100), elapsed)
    assert found.parts["zj"] == Counters(received=1, back=1, freed=1)


@pytest.mark.parametrize(("state", "ending", "counts"), [
    ("merged", line(1, "merge"), {"merged": 1}),
    ("rejected", line(1, "reject", reason="duplicate"), {"merged": 1}),
    ("rejected", line(1, "reject", reason="withdrawn"), {"withdrawn": 1}),
    ("rejected", line(1, "reject", reason="not_true"),
     {"report": 1, "patrol_report": 1, "not_operate": 1, "not_inst": 1}),
])  # fmt: skip
def test_what_ended_before_filing(state, ending, counts):
    case = a_case(state=state, unit_id="", bundled_due_at=None)
    assert counted(case, (*REPORTED, ending), ()) == (MON, counts)


def test_a_void_case_was_filed_and_is_cancelled_and_no_unit_owes_it():
    _, counts = counted(a_case(state="voided"), (*SENT, line(3, "void")))
    assert counts == {"report": 1, "patrol_report": 1, "operate": 1, "inst": 1, "inst_intime": 1, "cancel": 1,
                      "voided": 1}  # fmt: skip


def test_what_an_officer_solved_himself_is_counted_apart():
    case = a_case(unit_id="", bundled_due_at=None)
    lines = (line(0, "self_handle"), line(1, "audit_pass"))
    assert counted(case, lines, ()) == (MON, {"self_report": 1, "self_archive": 1})


def test_ratings_count_once_per_request_the_newest_one():
    lines = (*CLOSED, line(25, "rated", request="a", solved="unsolved", level="dissatisfied"),
             line(26, "rated", request="a", solved="solved", level="satisfied"),
             line(27, "rated", request="b", solved="partly", level="very_dissatisfied"))  # fmt: skip
    _, counts = counted(a_case(source="citizen"), lines)
    assert {name: counts.get(name, 0) for name in ("visit", "satisfied", "solved", "score")} == {
        "visit": 2, "satisfied": 1, "solved": 1, "score": -20}  # fmt: skip


def test_what_the_public_found_in_an_officers_cell_was_missed():
    _, counts = counted(a_case(source="citizen"), CLOSED)
    assert (counts["missed_report"], counts["public_inst"], counts["reply"]) == (1, 1, 1)
    _, elsewhere = counted(a_case(source="citizen", area="440103006"), CLOSED)
    assert "missed_report" not in elsewhere


def test_clocks_of_the_desk_that_ran_over():
    clocks = (a_clock("accept", overtime=True), a_clock("dispatch", overtime=True), a_clock(),
              a_clock("check", overtime=True))  # fmt: skip
    _, counts = counted(a_case(), CLOSED, clocks)
    on_time = {"inst_intime", "dispatch_intime", "check_intime"}
    assert on_time & counts.keys() == set()


def test_an_extension_is_counted_with_its_time():
    lines = (*SENT, line(3, "extend"), *DONE[3:])
    clocks = (a_clock(limit=40.0, due_at=DUE + timedelta(hours=20)),)
    _, counts = counted(a_case(state="check_pending"), lines, clocks)
    assert (counts["postpone"], counts["postpone_minutes"]) == (1, 1200)


@pytest.mark.parametrize(("unit", "limit", "extensions", "expected"), [
    ("urgent_hour", 2.0, 0, "hours"), ("work_hour", 4.0, 0, "hours"), ("work_day", 5.0, 0, "days"),
    ("work_day", 10.0, 1, "days"), ("work_day", 15.0, 0, "weeks"), ("natural_day", 30.0, 0, "weeks"),
])  # fmt: skip
def test_difficulty_is_how_long_the_first_unit_was_given(unit, limit, extensions, expected):
    assert difficulty([a_clock(unit=unit, limit=limit)], extensions) == expected


def test_nothing_was_given_before_a_dispatch():
    assert difficulty([a_clock("accept")]) == ""


def test_the_columns_are_the_counters():
    assert tuple(Counted.model_fields) == COUNTERS


def test_a_case_put_right_was_not_dispatched_accurately_and_frees_the_first_unit():
    lines = (*SENT, line(2, "sign"), line(3, "reclassify", receiver="zj"), line(3, "reroute", receiver="cg"),
             line(4, "sign"), line(20, "finish"), line(21, "dept_confirm", bundled_due_at=DUE.isoformat()),
             line(22, "send_check"), line(23, "check_pass"), line(24, "close"))  # fmt: skip
    found = facts(a_case(unit_id="cg"), lines, CLOCKS, LATER, elapsed)
    assert "accur_dispatch" not in {name for name, n in asdict(found.counts).items() if n}
    assert {each.unit_id: each.freed for each in found.passed} == {"zj": 1, "cg": 0}
