"""Who is told of what: the table against domain G1's notify column and row T."""

import pytest

from server.command.notices.rules import LEADS, OWNERS, RULES, Event, Staff, To, recipients, rule_for
from server.command.orders.flow import ALL_CLOCKS
from server.kernel.actors import Post

T = To
STREET, CELL = "440103006", "440103006107006"
STAFF = (
    Staff("li", Post.DISTRICT_DISPATCHER, "440103", ""),
    Staff("mei", Post.STREET_DISPATCHER, STREET, ""),
    Staff("elsewhere", Post.STREET_DISPATCHER, "440103013", ""),
    Staff("arbiter", Post.ARBITER, "440103", ""),
    Staff("wang", Post.HANDLER, "440103", "zj"),
    Staff("tang", Post.UNIT_HEAD, "440103", "zj"),
    Staff("zhao", Post.HANDLER, "440103", "cg"),
    Staff("bo", Post.LEADER, STREET, ""),
    Staff("lin", Post.LEADER, "440103", ""),
)
EVENT = Event(area=CELL, unit_id="zj", verifier_id="chen", checker_id="huang", reporter_id="ann",
              dispatcher_id="mei", touches=frozenset({"unit:cg", "person:chen", f"cell:{CELL}"}))  # fmt: skip


@pytest.mark.parametrize(
    ("to", "who"),
    [
        (T.VERIFIER, {"chen"}), (T.CHECKER, {"huang"}), (T.SENDER, {"mei"}), (T.UNIT, {"wang", "tang"}),
        (T.HEADS, {"tang"}), (T.NAMED, {"zhao", "chen"}), (T.NAMED_STAFF, {"zhao"}),
        (T.DESK, {"li", "mei"}), (T.DISTRICT, {"li"}),
        (T.ARBITERS, {"arbiter"}), (T.LEADERS, {"bo"}), (T.ALL_LEADERS, {"bo", "lin"}), (T.HANDLER, set()),
    ],
)  # fmt: skip
def test_who_people_are(to, who):
    assert recipients({to}, EVENT, STAFF) == who


def test_once_a_handler_took_it_the_unit_is_he():
    assert recipients({T.UNIT}, Event(area=CELL, unit_id="zj", handler_id="wang"), STAFF) == {"wang"}


@pytest.mark.parametrize("receiver", ["cg", "zhao"])
def test_a_step_names_a_unit_or_a_person(receiver):
    assert recipients({T.RECEIVER}, Event(area=CELL, receiver=receiver), STAFF) == {"zhao"}


def test_a_receiver_who_is_no_staff_is_nobody():
    assert recipients({T.RECEIVER}, Event(area=CELL, receiver="another order"), STAFF) == set()


@pytest.mark.parametrize(
    ("level", "who"),
    [(80, {"wang", "tang"}), (100, {"wang", "tang"}), (150, {"wang", "tang", "bo"}),
     (200, {"wang", "tang", "bo", "lin"})],
)  # fmt: skip
def test_a_clock_that_runs_out_climbs_step_by_step(level, who):
    rule = rule_for(f"order.clock_{level}", "handle")
    assert rule is not None and recipients(rule.to, EVENT, STAFF) == who


def test_the_lead_of_the_desk_is_the_district():
    rule = rule_for("order.clock_100", "accept")
    assert rule is not None and rule.to == {T.DESK, T.DISTRICT}


def test_danger_nobody_attends_to_reaches_the_leader_at_night():
    rule = rule_for("order.clock_100", "danger")
    assert rule is not None and rule.urgent and T.LEADERS in rule.to


def test_a_report_is_told_only_when_somebody_is_in_danger():
    assert rule_for("order.report") is None
    rule = rule_for("order.report", danger=True)
    assert rule is not None and rule.urgent


def test_every_clock_of_an_order_has_an_owner():
    assert set(ALL_CLOCKS) - set(OWNERS) == set()
    assert set(LEADS) - set(OWNERS) == set()


def test_requests_and_supervisions_say_when_they_are_late_and_not_before():
    assert rule_for("request.clock_80", "reply") is None
    assert rule_for("supervision.clock_100", "supervise_reply") is not None


def test_what_nobody_is_told_has_no_rule():
    assert rule_for("order.sign") is None and "order.sign" not in RULES
