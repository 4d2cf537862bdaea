"""The map among the editions: what a new one would change, and what it does to open orders and rosters."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from server.command.orders.service import regrid
from server.command.requests.service import regrid as requests
from server.grid.grids import checks
from server.grid.grids.book import (
    CELLS,
    DUTY,
    GROUPS,
    SHEETS,
    Base,
    listed,
    pack,
    shape_of,
    tables_of,
)
from server.identity import accounts
from server.identity.rules import staff_number
from server.kernel import coverage
from server.platform.areas import AreaTree
from server.platform.editions import Edition, Keeper, Meaning
from server.platform.tabular import Tabular, from_json, to_json
from server.platform.work import Office, Work


def keeper(base: Base) -> Keeper:
    """For the shelf; `base` is the map file of the district."""

    def take(office: Office, _no: int, content: bytes) -> None:
        office.areas = _tree(office, base, content)

    async def published(work: Work, row: Edition) -> None:
        old, new = work.office.areas, _tree(work.office, base, row.text)
        await regrid.regrid(work, old, new)
        await requests.regrid(work, old, new)
        await accounts.regrid(work, _handed_on(old, new), _duties(row.text))

    async def foresee(work: Work, content: bytes) -> Sequence[Meaning]:
        old, new = work.office.areas, _tree(work.office, base, content)
        orders = await regrid.affected(work.session, old, new)
        officers, strangers = await accounts.rosters(work, _handed_on(old, new), _duties(content))
        means: list[Meaning] = []
        for code, n in (("grids_orders", orders), ("grids_officers", officers)):
            if n:
                means.append({"code": code, "n": n})
        if strangers:
            means.append({"code": "grids_strangers", "names": "、".join(strangers)})
        return means

    return Keeper(
        check=check, take=take, published=published, foresee=foresee,
        prepare=lambda office, content: _tree(office, base, content),
        tabular=Tabular(SHEETS, checks.faults), shipped=lambda: to_json(tables_of(base.read())),
    )  # fmt: skip


def check(office: Office, content: bytes) -> Mapping[str, Any]:
    """Cells that are new, moved and closed, the ground they cover, and what nobody covers."""
    tree = office.areas
    rows = {row["code"]: row for row in from_json(content)[CELLS]}
    shapes = {code: shape_of(row) for code, row in rows.items() if not row.get("until")}
    added = [code for code in shapes if code not in tree.codes]
    moved = [code for code in shapes if code not in added and tree.outline(code) != shapes[code]]
    closed = [code for code, row in rows.items() if row.get("until") and not tree.is_closed(code)]
    means: list[Meaning] = [
        {"code": code, "n": len(cells), "cells": "、".join(cells[:5])}
        for code, cells in (("grids_added", added), ("grids_moved", moved), ("grids_closed", closed)) if cells
    ]  # fmt: skip
    before = round(sum(coverage.area_m2(tree.outline(cell.code)) for cell in tree.cells))
    after = round(sum(map(coverage.area_m2, shapes.values())))
    if before != after:
        means.append({"code": "grids_area", "before": before, "after": after, "by": after - before})
    if lost := [code for code in closed if not listed(rows[code].get("successors", ""))]:
        means.append({"code": "grids_void", "n": len(lost), "cells": "、".join(lost[:5])})
    if gaps := [gap for gap in coverage.gaps_m2(shapes) if gap > checks.LEAST_M2]:
        means.append({"code": "grids_gaps", "n": len(gaps), "largest": round(gaps[0])})
    return {"means": means}


def _tree(office: Office, base: Base, content: bytes) -> AreaTree:
    return _grown(content, base, office.settings.hotline)


@lru_cache(maxsize=1)  # foreseen, published and taken up one after the other
def _grown(content: bytes, base: Base, hotline: str) -> AreaTree:
    return AreaTree(pack(content, base.read()), hotline)


def _handed_on(old: AreaTree, new: AreaTree) -> dict[str, list[str]]:
    """The cells that are closed by now, each with who has its ground."""
    return {
        cell.code: [heir.code for heir in new.successors(cell.code)]
        for cell in old.cells if new.is_closed(cell.code)
    }  # fmt: skip


def _duties(content: bytes) -> dict[str, set[str]]:
    """The cells of each officer named by a duty grid, by staff number."""
    found: dict[str, set[str]] = {}
    for row in from_json(content).get(GROUPS, ()):
        for number in listed(row.get("officers", "")) if row["sort"] == DUTY else ():
            found.setdefault(staff_number(number), set()).update(listed(row["cells"]))
    return found
