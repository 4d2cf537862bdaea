"""Decisions at the door, from facts alone."""

from datetime import timedelta

import pytest

from server.identity import rules
from server.identity.errors import BadPhone, Locked
from server.identity.rules import Refresh
from server.kernel.actors import CITIZEN, LEADER, OFFICER
from server.kernel.errors import BadInput
from tests.clock import MONDAY as NOW

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def test_the_fifth_try_brings_the_lock():
    tries, until = 0, None
    for expected in (1, 2, 3, 4):
        tries, until = rules.count_try(tries=tries, last_at=NOW, locked_until=until, now=NOW)
        assert (tries, until) == (expected, None)
    assert rules.count_try(tries=4, last_at=NOW, locked_until=None, now=NOW) == (5, NOW + 10 * MINUTE)


def test_a_lock_holds_ten_minutes_and_not_a_second_more():
    until = NOW + 10 * MINUTE
    with pytest.raises(Locked) as refusal:
        rules.count_try(tries=5, last_at=NOW, locked_until=until, now=until - SECOND)
    assert refusal.value.params == {"until": until.isoformat()}
    assert rules.count_try(tries=5, last_at=NOW, locked_until=until, now=until) == (1, None)


def test_ten_quiet_minutes_clear_the_count():
    late, later = NOW + 10 * MINUTE - SECOND, NOW + 10 * MINUTE
    assert rules.count_try(tries=4, last_at=NOW, locked_until=None, now=late)[0] == 5
    assert rules.count_try(tries=4, last_at=NOW, locked_until=None, now=later) == (1, None)


@pytest.mark.parametrize(
    ("presented", "after", "meaning"),
    [
        ("now", 0, Refresh.CURRENT), ("now", 86_400, Refresh.CURRENT),
        ("before", 0, Refresh.RACING), ("before", 10, Refresh.RACING), ("before", 11, Refresh.REUSED),
        ("older", 0, Refresh.REUSED), ("", 0, Refresh.REUSED),
    ],
)  # fmt: skip
def test_what_a_refresh_secret_means(presented, after, meaning):
    judged = rules.judge_refresh(
        presented, current="now", previous="before", rotated_at=NOW, now=NOW + after * SECOND
    )
    assert judged is meaning


def test_a_session_never_rotated_knows_no_secret_before():
    assert rules.judge_refresh("", current="now", previous="", rotated_at=None, now=NOW) is Refresh.REUSED


def test_staff_sessions_end_after_three_idle_days_and_after_thirty():
    for role in (OFFICER, LEADER):
        assert rules.session_end(role, created_at=NOW, now=NOW) == NOW + timedelta(hours=72)
        late = NOW + timedelta(days=29)
        assert rules.session_end(role, created_at=NOW, now=late) == NOW + timedelta(days=30)


def test_a_citizens_device_is_known_for_a_year():
    assert rules.session_end(CITIZEN, created_at=NOW, now=NOW) == NOW + timedelta(days=365)


@pytest.mark.parametrize(
    "typed", ["13800138001", " 138 0013 8001 ", "138-0013-8001", "+8613800138001", "１３８００１３８００１"]
)
def test_a_phone_is_eleven_digits_however_typed(typed):
    assert rules.mobile(typed) == "13800138001"


@pytest.mark.parametrize(
    "typed", ["", "12345", "23800138001", "138001380011", "1380013800a", "+1 3800138001", "\0"]
)
def test_anything_else_is_no_phone(typed):
    with pytest.raises(BadPhone) as refusal:
        rules.mobile(typed)
    assert refusal.value.field == "phone"


def test_a_staff_number_is_written_one_way():
    assert rules.staff_number("  ＺＦ02 ") == "zf02"
    for bad in ("\0", "a\ud800", "x" * 65):
        with pytest.raises(BadInput) as refusal:
            rules.staff_number(bad)
        assert refusal.value.field == "staffNo"


def test_codes_are_six_digits_and_rarely_the_same():
    codes = {rules.one_time_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in codes) and len(codes) > 150
