"""What counts as a visit, what a clock may say, and what a grid officer is never sent to do."""

from datetime import timedelta

import pytest

from server.grid.patrols import rules
from server.grid.patrols.flow import FLOW
from server.grid.patrols.rules import Fix, PointHow, PointState
from server.kernel.actors import Post
from server.kernel.errors import CityError, NotAllowed
from server.kernel.geo import Wgs84
from tests.clock import MONDAY

POINT = Wgs84(113.2370, 23.1170)
M = 1 / 111_195  # degrees of latitude in a metre
HOW = {"here": POINT, "code": "", "plate": "FY07X2-0001", "wants_photo": False, "photos": 0, "reason": "",
       "late": False}  # fmt: skip


def north(metres: float) -> Wgs84:
    return Wgs84(POINT.lon, POINT.lat + metres * M)


@pytest.mark.parametrize("row", FLOW.steps, ids=lambda row: f"{row.source}-{row.action}")
def test_each_step_is_refused_to_every_other_post(row):
    for post in set(Post) - row.posts:
        with pytest.raises(NotAllowed):
            FLOW.step(row.source, row.action, post)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, (PointState.VISITED, PointHow.GPS)),
        ({"here": north(59)}, (PointState.VISITED, PointHow.GPS)),
        ({"here": north(61), "reason": "围挡绕行", "photos": 1}, (PointState.TO_REVIEW, PointHow.WORDS)),
        ({"here": None, "code": " fy07x2-0001"}, (PointState.VISITED, PointHow.CODE)),
        ({"here": north(300), "code": "FY07X2-0001"}, (PointState.VISITED, PointHow.CODE)),
        ({"wants_photo": True, "photos": 1}, (PointState.VISITED, PointHow.GPS)),
        ({"late": True}, (PointState.TO_REVIEW, PointHow.GPS)),
        ({"here": None}, "PLACE_OR_CODE"),
        ({"here": None, "code": "FY07X2-0002"}, "BAD_POINT_CODE"),
        ({"here": north(61)}, "TOO_FAR_FROM_POINT"),
        ({"here": north(61), "reason": "围挡绕行"}, "POINT_PHOTO_NEEDED"),
        ({"wants_photo": True}, "POINT_PHOTO_NEEDED"),
    ],
)
def test_what_a_check_in_comes_to(facts, found):
    if isinstance(found, str):
        with pytest.raises(CityError) as refused:
            rules.visit(POINT, **{**HOW, **facts})
        assert refused.value.code == found
    else:
        visit = rules.visit(POINT, **{**HOW, **facts})
        assert (visit.state, visit.how) == found


def track(*steps):
    return [Fix(MONDAY + timedelta(seconds=after), north(metres)) for after, metres in steps]


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        (((0, 10), (20, 12)), 20),
        (((0, 80), (15, 29), (30, 5), (45, 5)), 45),  # twenty seconds from the first fix within 30 m
        (((0, 10), (19, 10)), None),
        (((0, 10), (10, 40), (20, 10), (30, 10)), None),  # it left in between
        (((0, 31), (60, 31)), None),
        ((), None),
    ],
)
def test_a_track_has_visited_after_twenty_seconds_within_thirty_metres(steps, after):
    at = rules.dwelt(POINT, track(*steps))
    assert at == (None if after is None else MONDAY + timedelta(seconds=after))


def test_a_way_has_no_jumps_and_no_pauses():
    assert round(rules.walked_m(track((0, 0), (15, 20), (30, 45)))) == 45
    assert rules.walked_m(track((0, 0), (15, 500))) == 0, "the position jumped"
    assert rules.walked_m(track((0, 0), (181, 200))) == 0, "nobody knows what was between"


def test_a_phone_a_little_ahead_means_now_and_one_far_ahead_is_refused():
    assert rules.heard(MONDAY - timedelta(hours=9), MONDAY) == MONDAY - timedelta(hours=9)
    assert rules.heard(MONDAY + timedelta(minutes=2), MONDAY) == MONDAY
    with pytest.raises(CityError) as refused:
        rules.heard(MONDAY + timedelta(minutes=2, seconds=1), MONDAY)
    assert refused.value.code == "TIME_AHEAD"


BARRED = ("检查恩宁路小食店的证照", "企业执法检查", "核验营业执照", "抽检公司仓库", "Inspect the shop")
ALLOWED = ("永庆坊入口", "看店门口有没有占道", "检查消防通道", "恩宁路小食店门前")


@pytest.mark.parametrize("words", [*BARRED, *ALLOWED])
def test_an_officer_is_never_sent_to_inspect_an_enterprise(words):
    if words in ALLOWED:
        return rules.needs_observing(words)
    with pytest.raises(CityError) as refused:
        rules.needs_observing("永庆坊入口", words)
    assert (refused.value.code, refused.value.params["basis"]) == ("INSPECTION_BARRED", rules.BASIS)


def test_a_clock_that_is_put_right_on_the_way_jumps_a_little_and_no_more():
    began, ended, second = MONDAY, MONDAY + timedelta(hours=1), timedelta(seconds=1)
    assert rules.in_round(began - second, began, None) == began
    assert rules.in_round(began + second, began, None) == began + second
    assert rules.in_round(ended + second, began, ended) == ended
    for at, start, end in ((began - timedelta(minutes=3), began, None), (began, None, None),
                           (ended + timedelta(minutes=3), began, ended)):  # fmt: skip
        with pytest.raises(CityError) as refused:
            rules.in_round(at, start, end)
        assert refused.value.code == "NOT_ON_PATROL"


def test_of_nothing_required_there_is_no_coverage():
    assert (rules.percent(0, 0), rules.percent(0, 4), rules.percent(3, 4)) == (None, 0, 75)
