"""How instants travel."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.graph.scalars import read, written

ZONES = st.sampled_from([
    UTC, ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London"), timezone(timedelta(0)),
    timezone(timedelta(hours=-5, minutes=-30)), timezone(timedelta(seconds=30)),
])  # fmt: skip
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001


@given(INSTANTS)
def test_an_instant_is_written_in_utc_with_milliseconds(instant):
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    assert written(instant) == plain.isoformat(timespec="milliseconds") + "Z"


@given(INSTANTS)
def test_what_is_written_reads_back_to_the_millisecond(instant):
    lost = instant.astimezone(UTC) - read(written(instant))
    assert timedelta(0) <= lost < timedelta(milliseconds=1)


@pytest.mark.parametrize("wrong", [datetime(2026, 3, 2), date(2026, 3, 2), "2026-03-02T01:00:00Z", 7])  # noqa: DTZ001
def test_what_is_no_instant_is_not_written(wrong):
    with pytest.raises((ValueError, AttributeError)):
        written(wrong)
