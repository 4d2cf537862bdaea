"""What is left of personal data for readers who may not see it whole (PIPL 6; domain table of masks).

Text that does not have the expected shape becomes stars; nothing stays nothing.
"""

import re

from server.kernel.geo import Wgs84

HIDDEN = "***"
LEFT = "left"  # stands for a phone whose owner closed his account
NUMERALS = "一二三四五六七八九十百零〇"
HOUSE_NUMBER = re.compile(
    rf"[0-9０-９A-Za-zＡ-Ｚａ-ｚ]|[{NUMERALS}甲乙丙丁]+(?:之[{NUMERALS}]+)?[号栋幢座楼层室房梯单]"
)
LAST_ROAD = re.compile(r".*(?:[路街巷道里坊弄]|胡同|社区|村)")


def mask_name(name: str) -> str:
    """张*: the first character; not even the length of the rest."""
    return f"{name[0]}*" if name else ""


def mask_phone(number: str) -> str:
    """138****5678."""
    return _keep(number, 3, 4)


def mask_resident_id(number: str) -> str:
    """440***********123X: province and end, the birthday hidden."""
    return _keep(number, 3, 4)


def mask_plate(plate: str) -> str:
    """粤A***23: province, city letter and the last two."""
    return _keep(plate, 2, 2)


def mask_address(address: str) -> str:
    """Down to the lane and no house number: 恩宁路99号3栋502房 → 恩宁路. `***` when no road is named."""
    number = HOUSE_NUMBER.search(address)
    road = LAST_ROAD.match(address[: number.start()] if number else address)
    return road[0] if road else address and HIDDEN


def mask_position(point: Wgs84) -> Wgs84:
    """Rounded to three decimals, about a hundred metres."""
    return Wgs84(round(point.lon, 3), round(point.lat, 3))


def _keep(text: str, head: int, tail: int) -> str:
    """The two ends of `text`, or only stars when fewer than three characters would be hidden."""
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[-tail:] if hidden >= len(HIDDEN) else text and HIDDEN
