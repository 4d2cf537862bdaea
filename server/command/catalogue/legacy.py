"""Codes of GB/T 30428.2-2013, which the catalogue replaces, led over to today's.

An old code is written with its list, 部件01-10 or 事件01-10: the two share one number space. Events are read
in the order of 30428.2 (04 街面秩序, 05 突发事件); the older CJ/T 214 has the two swapped, so a bare code of
unknown origin, 04-01 above all, means nothing.
"""

import re
from typing import Final

COMPONENT, EVENT = "部件", "事件"
# Old event category → new one. 05 突发事件 has no national class any more and 06 其他 was drawn up anew;
# both, like a city's own numbers, have no successor.
EVENT_CATEGORIES: Final = {"01": "06", "02": "07", "03": "08", "04": "09"}
_OLD_CATEGORIES: Final = {new: old for old, new in EVENT_CATEGORIES.items()}
_WRITTEN: Final = re.compile(f"({COMPONENT}|{EVENT})? ?(\\d\\d)-(\\d\\d)")


def successor(old: str) -> str:
    """Today's code for an old one with its list; anything else as it is.

    Raises ValueError("OLD_CODE_AMBIGUOUS") for a bare old code, ValueError("NO_SUCCESSOR") where none is.
    """
    found = _WRITTEN.fullmatch(old)
    if found is None:
        return old
    kind, category, item = found.groups()
    if kind is None:
        raise ValueError("OLD_CODE_AMBIGUOUS")
    today = category if kind == COMPONENT else EVENT_CATEGORIES.get(category)
    if today is None or today > "09" or (kind == COMPONENT and today > "05"):
        raise ValueError("NO_SUCCESSOR")
    return today + item.zfill(3)


def old_code(code: str) -> str:
    """The old code that by the rule leads to a national one; "" where none does."""
    category, item = code[:2], code[2:]
    if not item.isdecimal() or int(item) > 99:
        return ""
    if category <= "05":
        return f"{COMPONENT}{category}-{item[1:]}"
    old = _OLD_CATEGORIES.get(category)
    return f"{EVENT}{old}-{item[1:]}" if old else ""
