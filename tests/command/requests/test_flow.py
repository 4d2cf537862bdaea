"""The table of requests, complement included, and the words a citizen reads for each state."""

import pytest

from server.command.orders import flow as orders
from server.command.requests import rules
from server.command.requests.flow import ALL_CLOCKS, FLOW, TERMINAL, RequestState, RequestStep
from server.command.requests.rules import CaseState, RequestKind, case
from server.command.requests.service import citizen as service
from server.kernel.actors import SYSTEM, Post
from server.kernel.errors import IllegalStep, NotAllowed

S, A = RequestState, RequestStep


def test_each_row_is_refused_to_every_other_post_and_the_rest_is_illegal_to_all():
    rows = {(row.source, row.action): row for row in FLOW.steps}
    for state in S:
        for action in A:
            row = rows.get((state, action))
            for post in Post:
                if row and post in row.posts:
                    assert FLOW.step(state, action, post) is row
                else:
                    with pytest.raises(NotAllowed if row else IllegalStep):
                        FLOW.step(state, action, post)


def test_a_request_ends_where_the_table_says():
    assert FLOW.reachable() == set(S)
    assert {state for state in S if FLOW.terminal(state)} == TERMINAL - {S.CLOSED}  # a return visit reopens
    assert FLOW.enter(A.SUBMIT, Post.CITIZEN).target is S.SUBMITTED


def test_no_clock_runs_on_after_the_end():
    for row in FLOW.steps:
        running = {"submitted": "triage", "need_info": "need_info", "visiting": "visit"}.get(row.source)
        if row.target in TERMINAL:
            assert row.clock.stop == ALL_CLOCKS or running in row.clock.stop


def test_every_clock_has_a_limit():
    named = {name for row in FLOW.steps for name in row.clock.start} | set(FLOW.entries[0].clock.start)
    assert named == set(ALL_CLOCKS)
    assert [rules.stage_limit(name, kind) for name in named for kind in RequestKind]


def test_what_the_order_does_is_a_row_the_system_may_take():
    steps = {row.action for row in FLOW.steps if SYSTEM.post in row.posts}
    assert set(service.FOLLOWS.values()) <= steps
    assert set(service.FOLLOWS) <= {row.action for row in orders.FLOW.steps}
    assert set(service.BEHIND) <= set(orders.OrderState)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("order", list(orders.OrderState))
def test_every_pair_of_states_has_a_word_and_a_next_step(state, order):
    word, stage, after = case(state, order, merged=False, reopened=0)
    assert (word in set(CaseState), 0 <= stage <= 5) == (True, True)
    if state in TERMINAL:
        assert after == ""
    if state is S.VISITING:
        assert (word, stage, after) == (CaseState.CLOSED, 5, "rate")


def test_what_stays_inside_the_house_is_not_told():
    told: dict[str, CaseState] = {
        order: case("in_progress", order, merged=False, reopened=0)[0] for order in orders.OrderState
    }
    assert told["returned"] is told["disputed"] is told["filed"] is CaseState.ACCEPTED
    assert told["handled"] is told["check_pending"] is told["checking"] is told["close_pending"]
    assert case("in_progress", "dispatched", merged=False, reopened=1)[0] is CaseState.REOPENED
    assert case("in_progress", "dispatched", merged=True, reopened=0)[0] is CaseState.MERGED
    assert case("visiting", "closed", merged=True, reopened=0)[0] is CaseState.CLOSED
