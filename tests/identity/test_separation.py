"""Duties that must stay apart stay apart, whichever way round one asks."""

from itertools import combinations, product

import pytest

from server.identity.separation import (
    ADMINS,
    BUSINESS,
    FORBIDDEN,
    WALLS,
    Deed,
    conflicts,
    same_person_forbidden,
)
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Post

APART = [
    *product(ADMINS, BUSINESS),
    *combinations(sorted(ADMINS), 2),
    *combinations([Post.WINDOW_CLERK, Post.APPROVER, Post.ISSUING_CLERK], 2),
    *product(UNIT_POSTS, DISPATCHERS | {Post.ARBITER, Post.GRID_OFFICER}),
    *product([Post.ENFORCEMENT_OFFICER, Post.ENF_LEADER], [Post.LEGAL_REVIEWER]),
    *((Post.LEADER, post) for post in BUSINESS - {Post.LEADER}),
    *((Post.CITIZEN, post) for post in set(Post) - {Post.CITIZEN}),
    *((Post.SYSTEM, post) for post in set(Post) - {Post.SYSTEM}),
]
TOGETHER = [
    (Post.HANDLER, Post.UNIT_HEAD), (Post.STREET_DISPATCHER, Post.DISTRICT_DISPATCHER),
    (Post.GRID_OFFICER, Post.STREET_DISPATCHER), (Post.ENFORCEMENT_OFFICER, Post.ENF_LEADER),
    (Post.GRID_OFFICER, Post.WINDOW_CLERK), (Post.DISTRICT_DISPATCHER, Post.ARBITER),
]  # fmt: skip


def test_the_cases_below_are_every_pair_with_a_wall():
    walled = {frozenset(pair) for pair in combinations(Post, 2) if conflicts(*pair)}
    assert walled == {frozenset(pair) for pair in APART}


@pytest.mark.parametrize(("one", "other"), sorted(APART))  # in one order in every process
def test_two_posts_conflict_both_ways_and_say_why(one, other):
    wall = conflicts(one, other)
    assert wall is not None and wall in WALLS and wall is conflicts(other, one)


@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_two_posts_may_go_together(one, other):
    assert conflicts(one, other) is None and conflicts(other, one) is None


@pytest.mark.parametrize("post", Post)
def test_no_post_conflicts_with_itself(post):
    assert conflicts(post, post) is None


def test_the_deeds_kept_apart():
    assert {tuple(sorted(pair)) for pair in FORBIDDEN} == {
        ("confirm", "handle"), ("check", "handle"), ("close", "handle"), ("approve", "intake"),
        ("approve", "issue"), ("intake", "issue"), ("investigate", "legal_review"), ("hear", "investigate"),
        ("hear", "legal_review"), ("approve", "penalise"),
    }  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(product(Deed, Deed)))
def test_a_deed_bars_another_both_ways(one, other):
    assert same_person_forbidden(one, other) == same_person_forbidden(other, one)
    assert same_person_forbidden(one, other) == (frozenset({one, other}) in FORBIDDEN)
