"""The table of supervisions, complement included, compared with the law."""

import pytest

from server.kernel.actors import UNIT_POSTS, Actor, Post, Role
from server.kernel.errors import IllegalStep, NotAllowed
from server.kernel.flow import NO_CLOCK, Clock
from server.supervision.orders import rules
from server.supervision.orders.flow import ALL_CLOCKS, FLOW, TERMINAL, SupervisionAction, SupervisionState
from server.supervision.orders.tables import Supervision
from tests.clock import MONDAY

S, A = SupervisionState, SupervisionAction
ISSUER, SYSTEM = {Post.LEADER, Post.DISTRICT_DISPATCHER, Post.SYSTEM}, {Post.SYSTEM}
SIGNED, REPLIED, OVER = (
    Clock(stop=("supervise_sign",)),
    Clock(stop=("supervise_reply",)),
    Clock(stop=ALL_CLOCKS),
)
WITH_UNIT = (S.SIGNED, S.IN_PROGRESS, S.RETURNED)
LAW = {
    (S.ISSUED, A.SIGN): (S.SIGNED, UNIT_POSTS, SIGNED),
    (S.ISSUED, A.ESCALATE): (S.ESCALATED, SYSTEM, SIGNED),
    (S.ESCALATED, A.SIGN): (S.SIGNED, UNIT_POSTS, NO_CLOCK),
    **{(state, A.PROGRESS): (S.IN_PROGRESS, UNIT_POSTS, NO_CLOCK) for state in WITH_UNIT},
    (S.ESCALATED, A.REPLY): (S.REPLIED, UNIT_POSTS, REPLIED),
    **{(state, A.ESCALATE): (S.ESCALATED, SYSTEM, NO_CLOCK) for state in (*WITH_UNIT, S.ESCALATED)},
    **{(state, A.ASK): (state, ISSUER, NO_CLOCK) for state in (S.ISSUED, *WITH_UNIT, S.ESCALATED)},
    **{
        (state, A.YIELD): (S.CANCELLED, SYSTEM, OVER)
        for state in (S.ISSUED, *WITH_UNIT, S.ESCALATED, S.REPLIED)
    },
    (S.CLOSED, A.PRAISE): (S.CLOSED, ISSUER, NO_CLOCK),
    **{(state, A.REPLY): (S.REPLIED, UNIT_POSTS, REPLIED) for state in WITH_UNIT},
    (S.REPLIED, A.ACCEPT): (S.CLOSED, ISSUER, OVER),
    (S.REPLIED, A.RETURN): (S.RETURNED, ISSUER, Clock(start=("supervise_reply",))),
    **{(state, A.CANCEL): (S.CANCELLED, ISSUER, OVER) for state in (S.ISSUED, S.ESCALATED)},
}


def test_the_table_is_the_law():
    told = {(row.source, row.action): (row.target, set(row.posts), row.clock) for row in FLOW.steps}
    assert told == {key: (target, set(posts), clock) for key, (target, posts, clock) in LAW.items()}
    [entry] = FLOW.entries
    assert (entry.action, entry.target, set(entry.posts), entry.clock) == (
        A.ISSUE, S.ISSUED, ISSUER, Clock(start=ALL_CLOCKS),
    )  # fmt: skip


def test_each_row_is_refused_to_every_other_post_and_the_rest_is_illegal_to_all():
    for state in S:
        for action in A:
            row = LAW.get((state, action))
            for post in Post:
                if row and post in row[1]:
                    assert FLOW.step(state, action, post).target is row[0]
                else:
                    with pytest.raises(NotAllowed if row else IllegalStep):
                        FLOW.step(state, action, post)


def test_it_ends_where_the_table_says():
    assert FLOW.reachable() == set(S)
    assert {state for state in S if FLOW.terminal(state)} == TERMINAL - {S.CLOSED}
    assert {row.action for row in FLOW.steps if row.source is S.CLOSED} == {A.PRAISE}


def test_the_unit_never_ends_it_and_nobody_but_the_system_escalates():
    for row in FLOW.steps:
        assert not (row.target in TERMINAL and row.posts & UNIT_POSTS)
        assert (row.action in {A.ESCALATE, A.YIELD}) == (row.posts == SYSTEM)


def test_whatever_is_offered_has_a_verb():
    offered = set()
    for post in Post:
        for state in S:
            row = Supervision(
                id="", no="", state=state, kind="", order_id="", area="", unit_id="zj", issuer_id="me",
                text="", issued_at=MONDAY, due_at=MONDAY,
            )  # fmt: skip
            offered |= set(rules.offered(row, Actor("me", Role.OFFICER, post, unit_id="zj")))
            row.signed_at = MONDAY
            offered |= set(rules.offered(row, Actor("me", Role.OFFICER, post, unit_id="zj")))
            assert rules.offered(row, Actor("other", Role.OFFICER, post, unit_id="cg")) == []
    assert offered == {
        A.SIGN, A.PROGRESS, A.REPLY, A.ACCEPT, A.RETURN, A.CANCEL, A.ASK, A.PRAISE,
    }  # fmt: skip
