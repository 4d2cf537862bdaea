"""The table of work orders: computed from itself, complement included, and compared with the law."""

from itertools import product
from typing import Any

import pytest

from server.command.orders import adjust, rules
from server.command.orders.flow import FLOW, TERMINAL, OrderAction, OrderState
from server.command.orders.service import desk
from server.command.orders.service.applications import DECISIONS
from server.command.orders.tables import WorkOrder
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.kernel.errors import IllegalStep, NotAllowed
from server.kernel.flow import NO_CLOCK, Clock
from tests.clock import MONDAY

S, A = OrderState, OrderAction
EVERY_ROW: list[Any] = [*FLOW.entries, *FLOW.steps]
ROWS = [(row.source, row.action, row) for row in FLOW.steps]
NO_ROW = sorted({(s, a) for s in S for a in A} - {(s, a) for s, a, _ in ROWS})
HEAD, OFFICER, DISTRICT = {Post.UNIT_HEAD}, {Post.GRID_OFFICER}, {Post.DISTRICT_DISPATCHER}
SYSTEM, LEADER = {Post.SYSTEM}, {Post.LEADER}
OPEN_BEFORE_HANDLED = (S.REPORTED, S.VERIFYING, S.FILED, S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED, S.RETURNED,
                       S.DISPUTED)  # fmt: skip


def clock(start="", stop="", pause="", resume=""):
    return Clock(*(tuple(sorted(names.split())) for names in (start, stop, pause, resume)))


ALL = "accept danger verify dispatch sign handle rule sendcheck check decide promise"
REWORK = clock(start="handle sign", stop="check")

# The national order flow, row by row: from, event, to, who, and what it does to the clocks.
LAW = {
    (S.SELF_HANDLED, A.AUDIT_PASS): (S.CLOSED, DISPATCHERS, clock()),
    (S.SELF_HANDLED, A.AUDIT_FAIL): (S.REPORTED, DISPATCHERS, clock(start="accept")),
    (S.REPORTED, A.REQUEST_VERIFY): (
        S.VERIFYING,
        DISPATCHERS,
        clock(start="verify", stop="danger", pause="accept"),
    ),
    (S.VERIFYING, A.VERIFY_DONE): (S.REPORTED, OFFICER, clock(stop="verify", resume="accept")),
    (S.VERIFYING, A.HAND_ON): (S.VERIFYING, OFFICER, clock()),
    (S.CHECKING, A.HAND_ON): (S.CHECKING, OFFICER, clock()),
    (S.REPORTED, A.MERGE): (S.MERGED, DISPATCHERS, clock(stop=ALL)),
    (S.REPORTED, A.REJECT): (S.REJECTED, DISPATCHERS | SYSTEM, clock(stop=ALL)),
    (S.REPORTED, A.FILE): (S.FILED, DISPATCHERS, clock(start="dispatch", stop="accept danger")),
    (S.FILED, A.DISPATCH): (S.DISPATCHED, DISPATCHERS, clock(start="handle sign", stop="dispatch")),
    (S.DISPATCHED, A.SIGN): (S.IN_PROGRESS, UNIT_POSTS, clock(stop="sign")),
    (S.DISPATCHED, A.RETURN): (S.RETURNED, UNIT_POSTS, clock(stop="sign")),
    (S.IN_PROGRESS, A.RETURN): (S.RETURNED, UNIT_POSTS, clock(stop="decide")),
    (S.RETURNED, A.ACCEPT_RETURN): (S.FILED, DISPATCHERS, clock(start="dispatch", stop="handle")),
    (S.RETURNED, A.REFUSE_RETURN): (S.DISPATCHED, DISPATCHERS, clock(start="sign")),
    (S.RETURNED, A.TO_ACCEPTOR): (S.REPORTED, DISPATCHERS, clock(start="accept", stop="handle")),
    (S.RETURNED, A.ESCALATE): (S.DISPUTED, DISPATCHERS | SYSTEM, clock(start="rule", pause="handle")),
    (S.DISPUTED, A.INTERIM): (S.DISPUTED, UNIT_POSTS, clock()),
    (S.DISPUTED, A.RULE): (S.DISPUTED, DISTRICT | {Post.ARBITER}, clock()),
    (S.DISPUTED, A.SIGN_RULING): (S.DISPATCHED, LEADER, clock(start="handle sign", stop="handle rule")),
    (S.DISPUTED, A.REFUSE_RULING): (S.DISPUTED, LEADER, clock()),
    (S.DISPATCHED, A.ASSIGN): (S.IN_PROGRESS, HEAD, clock(stop="sign")),
    (S.IN_PROGRESS, A.ASSIGN): (S.IN_PROGRESS, HEAD, clock()),
    (S.IN_PROGRESS, A.UNASSIGN): (S.IN_PROGRESS, UNIT_POSTS, clock()),
    (S.IN_PROGRESS, A.APPLY_EXTENSION): (S.IN_PROGRESS, UNIT_POSTS, clock()),
    (S.IN_PROGRESS, A.APPLY_SUSPENSION): (S.IN_PROGRESS, UNIT_POSTS, clock()),
    (S.IN_PROGRESS, A.ENDORSE): (S.IN_PROGRESS, HEAD | SYSTEM, clock(start="decide")),
    (S.IN_PROGRESS, A.DECLINE): (S.IN_PROGRESS, HEAD, clock()),
    (S.IN_PROGRESS, A.EXTEND): (S.IN_PROGRESS, DISPATCHERS, clock(stop="decide")),
    (S.IN_PROGRESS, A.REFUSE_EXTENSION): (S.IN_PROGRESS, DISPATCHERS, clock(stop="decide")),
    (S.IN_PROGRESS, A.SUSPEND): (S.SUSPENDED, DISTRICT, clock(pause="handle", stop="decide")),
    (S.IN_PROGRESS, A.REFUSE_SUSPENSION): (S.IN_PROGRESS, DISTRICT, clock(stop="decide")),
    (S.SUSPENDED, A.RESUME): (S.IN_PROGRESS, HEAD | SYSTEM, clock(resume="handle")),
    (S.IN_PROGRESS, A.INVITE): (S.IN_PROGRESS, UNIT_POSTS, clock()),
    **{
        (state, action): (state, UNIT_POSTS, clock())
        for state in (S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED)
        for action in (A.ACCEPT_SHARE, A.DECLINE_SHARE, A.FINISH_SHARE)
    },
    (S.IN_PROGRESS, A.FINISH): (S.HANDLED, UNIT_POSTS, clock(stop="decide")),
    (S.HANDLED, A.DEPT_REJECT): (S.IN_PROGRESS, HEAD, clock()),
    (S.HANDLED, A.DEPT_CONFIRM): (S.CHECK_PENDING, HEAD | SYSTEM, clock(start="sendcheck", stop="handle")),
    (S.CHECK_PENDING, A.SEND_CHECK): (
        S.CHECKING,
        DISPATCHERS | SYSTEM,
        clock(start="check", stop="sendcheck"),
    ),
    (S.CHECK_PENDING, A.WAIVE_CHECK): (S.CLOSE_PENDING, DISTRICT, clock(stop="sendcheck")),
    (S.CHECKING, A.CHECK_PASS): (S.CLOSE_PENDING, OFFICER, clock(stop="check")),
    (S.CHECKING, A.CHECK_FAIL): (S.DISPATCHED, OFFICER, REWORK),
    (S.CLOSE_PENDING, A.CLOSE): (S.CLOSED, DISPATCHERS | SYSTEM, clock(stop=ALL)),
    (S.CLOSE_PENDING, A.CLOSE_REJECT): (S.DISPATCHED, DISPATCHERS, REWORK),
    (S.CLOSED, A.REOPEN): (S.DISPATCHED, DISTRICT | LEADER | SYSTEM, clock(start="handle sign")),
    (S.CLOSED, A.APPEAL): (S.CLOSED, HEAD, clock()),
    **{
        (S.CLOSED, action): (S.CLOSED, DISPATCHERS, clock())
        for action in (A.REVIEW_APPEAL, A.GRANT_APPEAL, A.REFUSE_APPEAL)
    },
    (S.CLOSED, A.DISPUTE_COUNT): (S.CLOSED, UNIT_POSTS, clock()),
    (S.CLOSED, A.GRANT_COUNT): (S.CLOSED, DISTRICT, clock()),
    (S.CLOSED, A.REFUSE_COUNT): (S.CLOSED, DISTRICT, clock()),
    **{(state, A.ASK_VOID): (state, DISTRICT, clock()) for state in OPEN_BEFORE_HANDLED},
    **{(state, A.VOID): (S.VOIDED, DISTRICT, clock(stop=ALL)) for state in OPEN_BEFORE_HANDLED},
    **{(state, A.REFUSE_VOID): (state, DISTRICT, clock()) for state in OPEN_BEFORE_HANDLED},
    **{
        (state, A.SPLIT): (S.SPLIT, DISPATCHERS, clock(stop="accept dispatch handle"))
        for state in (S.REPORTED, S.FILED, S.RETURNED)
    },
    (S.SPLIT, A.PARTS_DONE): (S.CLOSE_PENDING, SYSTEM, clock()),
    (S.SPLIT, A.REJOIN): (S.REPORTED, SYSTEM, clock(start="accept")),
    (S.CLOSED, A.RECONSIDER): (S.REPORTED, DISTRICT | LEADER | SYSTEM, clock(start="accept")),
    **{(state, A.LOCATE): (state, DISPATCHERS, clock()) for state in (S.REPORTED, S.FILED)},
    **{(state, A.RECLASSIFY): (state, DISPATCHERS, clock()) for state in (S.DISPATCHED, S.IN_PROGRESS)},
    **{
        (state, A.REROUTE): (S.DISPATCHED, DISPATCHERS, clock(start="handle sign", stop="handle sign"))
        for state in (S.DISPATCHED, S.IN_PROGRESS)
    },
}


def told(row):
    """A row of the table in the words of LAW; the order of the clocks does not matter."""
    names = (row.clock.start, row.clock.stop, row.clock.pause, row.clock.resume)
    return row.target, set(row.posts), Clock(*(tuple(sorted(group)) for group in names))


def test_the_table_is_the_law():
    assert {key: (target, set(posts), clocks) for key, (target, posts, clocks) in LAW.items()} == {
        (source, action): told(row) for source, action, row in ROWS
    }


def test_a_case_begins_as_a_report_or_as_solved_already():
    assert {entry.action: (entry.target, entry.clock, set(entry.posts)) for entry in FLOW.entries} == {
        A.REPORT: (S.REPORTED, Clock(start=("accept",)), OFFICER | SYSTEM | LEADER | {Post.CITIZEN}),
        A.SELF_HANDLE: (S.SELF_HANDLED, NO_CLOCK, OFFICER),
        A.PART: (S.FILED, Clock(start=("dispatch",)), set(DISPATCHERS)),
    }


@pytest.mark.parametrize("row", FLOW.steps, ids=lambda row: f"{row.source}-{row.action}")
def test_each_row_is_refused_to_every_other_post(row):
    for post in Post:
        if post in row.posts:
            assert FLOW.step(row.source, row.action, post) is row
        else:
            with pytest.raises(NotAllowed):
                FLOW.step(row.source, row.action, post)


def test_what_is_not_in_the_table_is_illegal_to_everybody():
    assert len(NO_ROW) == len(S) * len(A) - len(FLOW.steps)
    for state, action in NO_ROW:
        for post in Post:
            with pytest.raises(IllegalStep):
                FLOW.step(state, action, post)


def test_nobody_else_begins_a_case():
    for action in A:
        rows = [entry for entry in FLOW.entries if entry.action is action]
        for post in Post:
            if rows and post in rows[0].posts:
                assert FLOW.enter(action, post) is rows[0]
            else:
                with pytest.raises(NotAllowed if rows else IllegalStep):
                    FLOW.enter(action, post)


def test_every_state_can_be_reached_and_left_unless_it_is_an_end():
    assert FLOW.reachable() == set(S)
    assert {state for state in S if FLOW.terminal(state)} == TERMINAL - {S.CLOSED}
    assert {row.action for row in FLOW.steps if row.source is S.CLOSED} == {
        A.REOPEN, A.RECONSIDER, A.APPEAL, A.REVIEW_APPEAL, A.GRANT_APPEAL, A.REFUSE_APPEAL,
        A.DISPUTE_COUNT, A.GRANT_COUNT, A.REFUSE_COUNT,
    }  # fmt: skip


def test_from_every_open_state_some_road_leads_to_an_end():
    home = set(TERMINAL)
    while (
        more := {row.source for row in FLOW.steps if row.target in home and row.action is not A.VOID} - home
    ):
        home |= more
    assert home == set(S)


def test_every_guard_of_the_table_is_a_rule():
    named = {guard for row in EVERY_ROW for guard in row.guards}
    assert {guard for guard in named if not hasattr(rules, f"needs_{guard}")} - {
        guard for guard in named if hasattr(adjust, f"needs_{guard}")
    } == set()


def test_every_clock_of_the_table_has_a_limit():
    named = {name for row in EVERY_ROW for group in (row.clock.start, row.clock.pause) for name in group}
    assert named - {"handle"} | {"danger"} == set(rules.STAGE_LIMITS)


def test_every_row_names_its_basis():
    assert [row for row in EVERY_ROW if not row.basis] == []


# What a screen offers can be done: by a form of its own, or by words alone.
FORMS = {
    A.FILE, A.DISPATCH, A.RULE, A.REQUEST_VERIFY, A.VERIFY_DONE, A.MERGE, A.REJECT, A.LOCATE, A.SIGN,
    A.RETURN, A.ACCEPT_RETURN, A.REFUSE_RETURN, A.FINISH, A.CHECK_PASS, A.CHECK_FAIL, A.CLOSE, A.DEPT_CONFIRM,
    A.DEPT_REJECT, A.ASSIGN, A.UNASSIGN, A.INVITE, A.ACCEPT_SHARE, A.DECLINE_SHARE, A.FINISH_SHARE,
    A.SIGN_RULING, A.REFUSE_RULING, A.RESUME, A.SPLIT, A.RECLASSIFY, A.HAND_ON,
}  # fmt: skip
ASKED = {A.APPLY_EXTENSION, A.APPLY_SUSPENSION, A.APPEAL, A.ASK_VOID}
ANSWERED = {action for pair in DECISIONS.values() for action in pair}
PENDING = ("", *DECISIONS, "ruling.leader")


def anything(state, pending, also):
    """An order on which every guard that needs nothing but the order holds."""
    return WorkOrder(
        id="", no="", state=state, title="", source="patrol", reporter_id="", area="", reported_at=MONDAY,
        lon=113.2, unit_id="zj", verifier_id="me", checker_id="me", return_times=2, first_unit="zj",
        handler_id="", pending=pending, also=also, appeal_until=MONDAY,
    )  # fmt: skip


def split(state):
    """The same of a case that was split: it has parts and no unit."""
    order = anything(state, "", "")
    order.unit_id, order.parts = "", 2
    return order


def test_whatever_is_offered_has_a_verb():
    offered = set()
    for post, pending, also in product(Post, PENDING, ("", "|zj:invited|", "|zj:accepted|")):
        unit = "zj" if post in UNIT_POSTS else ""
        actor = Actor("me", Role.OFFICER, post, area="440103", unit_id=unit)
        for state in S:
            order = anything(state, pending, also)
            offered |= set(rules.offered(order, actor, MONDAY))
            offered |= set(rules.offered(split(state), actor, MONDAY))
            order.handler_id = "another"
            offered |= set(rules.offered(order, actor, MONDAY))
    assert offered == FORMS | ASKED | ANSWERED | set(desk.PLAIN)
    assert not (FORMS | ASKED | ANSWERED) & set(desk.PLAIN)


def test_only_what_is_asked_is_answered():
    """For every thing that may be pending: its two answers, and of the others none."""
    for pending, answers in DECISIONS.items():
        kind = pending.partition(".")[0]
        state = next(iter(sorted(adjust.WAITS[kind])))
        found = {
            action
            for post in Post
            for action in rules.offered(
                anything(state, pending, ""),
                Actor("me", Role.OFFICER, post, unit_id="zj" if post in UNIT_POSTS else ""),
                MONDAY,
            )
        }
        assert (pending, found & ANSWERED) == (pending, set(answers))
        assert found & ASKED == set()
