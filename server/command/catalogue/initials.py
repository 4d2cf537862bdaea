"""Pinyin initials without a dictionary: GB 2312 keeps its 3,755 common characters in order of pinyin."""

from bisect import bisect_right
from typing import Final

# The first character of each letter; no syllable begins with i, u or v.
FIRST: Final = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
LETTERS: Final = "abcdefghjklmnopqrstwxyz"
STARTS: Final = [sign.encode("gb2312") for sign in FIRST]
AFTER_LAST: Final = "亍".encode("gb2312")  # from here on characters are ordered by radical


def initials(text: str) -> str:
    """One small letter per common character: 井盖 → jg. Latin letters and digits stay, the rest goes."""
    return "".join(map(_initial, text))


def _initial(sign: str) -> str:
    if sign.isascii():
        return sign.lower() if sign.isalnum() else ""
    code = sign.encode("gb2312", "ignore")
    return LETTERS[bisect_right(STARTS, code) - 1] if STARTS[0] <= code < AFTER_LAST else ""
