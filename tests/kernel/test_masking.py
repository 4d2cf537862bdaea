import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.geo import Wgs84
from server.kernel.masking import (
    mask_address,
    mask_name,
    mask_phone,
    mask_plate,
    mask_position,
    mask_resident_id,
)


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("张三丰", "张*"), ("张", "张*"), ("", "")])
def test_of_a_name_the_first_character_stays(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800005678", "138****5678"),
        ("020-80000000", "020*****0000"),
        ("80000000", "***"),
        ("1", "***"),
        ("", ""),
    ],
)
def test_of_a_phone_number_the_ends_stay(number, masked):
    assert mask_phone(number) == masked


def test_of_an_identity_number_the_birthday_is_hidden():
    assert mask_resident_id("44010319491231123X") == "440***********123X"
    assert mask_resident_id("H12345678") == "***"


@pytest.mark.parametrize(
    ("plate", "masked"), [("粤A12323", "粤A***23"), ("粤AD12323", "粤A****23"), ("粤A123", "***"), ("", "")]
)
def test_of_a_plate_the_city_and_the_last_two_stay(plate, masked):
    assert mask_plate(plate) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("恩宁路99号3栋502房", "恩宁路"),
        ("广东省广州市荔湾区逢源街道恩宁路99号", "广东省广州市荔湾区逢源街道恩宁路"),
        ("龙津西路逢源北街二巷十五号之一", "龙津西路逢源北街二巷"),
        ("六二三路清平市场三楼", "六二三路"),
        ("宝华路Ａ座", "宝华路"),
        ("上九路步行街", "上九路步行街"),
        ("恩宁路小食店", "恩宁路"),
        ("逢源街道惠城社区", "逢源街道惠城社区"),
        ("某某花园５栋", "***"),
        ("地铁8号线恩宁路口", "***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_its_lane(address, masked):
    assert mask_address(address) == masked


@given(st.text(), st.integers(1, 9_999))
def test_no_house_number_survives(road, number):
    assert str(number) not in mask_address(f"{road}路{number}号")


@given(st.floats(113, 114), st.floats(23, 24))
def test_a_position_keeps_three_decimals(lon, lat):
    masked = mask_position(Wgs84(lon, lat))
    assert (masked.lon, masked.lat) == (round(lon, 3), round(lat, 3))
    assert abs(masked.lon - lon) <= 0.0005001
    assert abs(masked.lat - lat) <= 0.0005001
