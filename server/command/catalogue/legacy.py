"""Codes of GB/T 30428.2-2013, which the catalogue replaces, led over to today's."""

from typing import Final

from server.command.catalogue.book import Catalogue
from server.command.catalogue.entries import Matter, MatterKind

# Old event category → new one. 05 突发事件 has no national class any more and 06 其他 was drawn up anew;
# both, like a city's own numbers, have no successor.
EVENT_CATEGORIES: Final = {"01": "06", "02": "07", "03": "08", "04": "09"}


def successor(catalogue: Catalogue, kind: MatterKind, old: str) -> Matter | None:
    """The entry that took over an old code such as "01-10" or "0110"; None where there is none.

    `kind` says which of the old lists the code comes from: COMPONENT for 部件, MATTER for 事件. Events are
    read in the order of 30428.2 (04 街面秩序, 05 突发事件); the older CJ/T 214 has the two swapped, so a code
    of unknown origin must not be passed in.
    """
    category, item = old.replace("-", "")[:2], old.replace("-", "")[2:]
    if kind is MatterKind.COMPONENT:
        return catalogue.components.get(category + item.zfill(3))
    return catalogue.matters.get(EVENT_CATEGORIES.get(category, "") + item.zfill(3))
