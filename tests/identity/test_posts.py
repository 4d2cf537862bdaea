"""The posts' table is whole and says what the domain says."""

import pytest

from server.identity.posts import JOBS, DataClass, Permission, Scope, may, may_read
from server.identity.separation import ADMINS
from server.kernel.actors import CITIZEN, LEADER, OFFICER, Post


def test_every_post_has_a_job():
    assert set(JOBS) == set(Post)


def test_every_permission_is_somebodys():
    assert {permission for job in JOBS.values() for permission in job.may} == set(Permission)


@pytest.mark.parametrize("post", Post)
def test_staff_work_in_the_officer_app_and_only_leaders_lead(post):
    expected = {Post.CITIZEN: CITIZEN, Post.LEADER: LEADER}.get(post, OFFICER)
    assert JOBS[post].role is expected


@pytest.mark.parametrize("post", sorted(ADMINS))
def test_administrators_see_no_business(post):
    assert JOBS[post].scope is Scope.NONE
    assert not may_read(post, DataClass.PERSONAL) and not JOBS[post].unmask
    assert JOBS[post].may <= {Permission.CONFIGURE, Permission.GRANT, Permission.READ_LOGS}


def test_a_grid_officer_neither_dispatches_nor_closes():
    assert {p for p in Permission if may(Post.GRID_OFFICER, p)} == {
        Permission.REPORT, Permission.SELF_HANDLE, Permission.VERIFY, Permission.CHECK, Permission.PATROL,
        Permission.COLLECT,
    }  # fmt: skip


def test_a_leader_cannot_edit_facts_or_close():
    assert {p for p in Permission if may(Post.LEADER, p)} == {Permission.INSTRUCT, Permission.SUPERVISE}


@pytest.mark.parametrize("post", [Post.GRID_OFFICER, Post.HANDLER, Post.LEADER, Post.WINDOW_CLERK])
def test_sensitive_data_is_above_most_ceilings(post):
    assert may_read(post, DataClass.PERSONAL) and not may_read(post, DataClass.SENSITIVE)
