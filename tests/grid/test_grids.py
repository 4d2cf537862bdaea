"""The map as an edition: a file with a declared datum, checked, foreseen, published; what it moves."""

import json

import pytest

from server.command.orders.rules import RejectReason
from server.command.orders.service import desk
from server.command.requests.rules import RequestKind
from server.grid.grids import geojson, service
from server.grid.grids.book import CELLS, GROUPS, KIND, outline_of
from server.identity.tables import Account, PostHolding
from server.kernel import coverage
from server.kernel.actors import SYSTEM, Post
from server.kernel.geo import Datum, Wgs84, to_gcj02
from server.kernel.mosaic import UNIT
from server.platform import editions
from server.platform.editions import Shelf
from server.platform.rollups import STOCK, Rollup
from server.platform.sheets import BadSheet, NotASheet
from server.platform.tabular import to_json
from server.platform.work import Office
from tests.city import CELL, HERE, on_sqlite, refusal
from tests.factories import an_id, an_officer

ADMIN, SECOND = (an_officer(Post.ADMIN_SYS, id=id) for id in ("admin", "second"))
COMMUNITY = CELL[:12]
WEST, EAST = f"{COMMUNITY}101", f"{COMMUNITY}102"


def degrees(shape, datum=Datum.WGS84):
    """As a file has it: closed rings of longitude and latitude."""

    def one(at):
        point = Wgs84(at[0] / UNIT, at[1] / UNIT)
        shown = to_gcj02(point) if datum is Datum.GCJ02 else point
        return [shown.lon, shown.lat]

    return [[one(at) for at in [*ring, ring[0]]] for ring in shape]


def feature(code, rings, **told):
    return {"type": "Feature", "properties": {"code": code, **told},
            "geometry": {"type": "Polygon", "coordinates": rings}}  # fmt: skip


def a_file(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def halves(tree):
    """The test's cell cut in two, from its southernmost corner to its northernmost."""
    [ring] = tree.outline(CELL)
    south = min(range(len(ring)), key=lambda n: ring[n][1])
    ring = ring[south:] + ring[:south]
    north = max(range(len(ring)), key=lambda n: ring[n][1])
    return [ring[: north + 1]], [[*ring[north:], ring[0]]]


def split(tree, datum=Datum.WGS84):
    """A file in which the cell's community has it as two."""
    one, other = halves(tree)
    rest = [cell.code for cell in tree.children(COMMUNITY) if cell.code != CELL]
    return a_file(
        *(feature(code, degrees(tree.outline(code), datum)) for code in rest),
        feature(WEST, degrees(one, datum), name="西片"), feature(EAST, degrees(other, datum), name="东片"),
    )  # fmt: skip


async def publish(city, content):
    row = await city.do(ADMIN, editions.propose, KIND, content)
    report = {each["code"]: each for each in row.report["means"]}
    await city.do(SECOND, editions.publish, KIND, row.no)
    await city.office.of(Shelf).refresh(city.office)
    return report


async def faults(office: Office, raw, datum="wgs84"):
    with pytest.raises(BadSheet) as refused:
        await service.drafted(office, raw, datum)
    return [(fault.line, fault.code) for fault in refused.value.faults]


async def test_a_split_closes_the_old_code_and_moves_what_is_open_by_its_place(city):
    old = city.office.areas
    open_, done = await city.report(), await city.report(at=HERE)
    await city.move(city.li, desk.ask_reject, done, op_id=an_id(),
                    reason=RejectReason.NOT_OURS, opinion="不在受理范围")  # fmt: skip
    assert await city.release() == 1
    asks, carried = await city.submit(kind=RequestKind.CONSULT, text="怎样办居住证？"), await city.submit()
    before = {(row.area, row.metric): row.n for row in await city.rows(Rollup, Rollup.day == STOCK)}
    report = await publish(city, await service.drafted(city.office, split(old), "wgs84"))
    assert report["grids_closed"] == {"code": "grids_closed", "n": 1, "cells": CELL}
    assert (report["grids_added"]["n"], report["grids_orders"]["n"]) == (2, 2)
    assert report["grids_officers"]["n"] == 2 and "grids_moved" not in report and "grids_void" not in report

    tree = city.office.areas
    assert tree is not old
    assert [cell.code for cell in tree.successors(CELL)] == [WEST, EAST]
    assert (tree.by_code(CELL).name, tree.is_closed(CELL)) == (old.by_code(CELL).name, True)
    now = tree.cell_at(HERE).code
    assert now in {WEST, EAST}
    assert (await city.order(open_)).area == (await city.order(open_)).cell == now
    assert (await city.order(done)).area == CELL  # history keeps the old code
    assert (await city.verbs(open_))[-1] == "regrid"
    for id in (asks, carried):  # an order made of a request lies in a cell that is
        request = await city.request(id)
        assert (request.area, request.version) == (now, 1)
    [chen] = await city.rows(PostHolding, PostHolding.account_id == "chen")
    assert chen.cells == [WEST, EAST]
    after = {(row.area, row.metric): row.n for row in await city.rows(Rollup, Rollup.day == STOCK)}
    assert after[now, "open"] == 2 and after[CELL, "open"] == before[CELL, "open"] - 2
    assert after["440103", "open"] == before["440103", "open"]


async def test_a_merge_follows_a_split_and_the_oldest_code_still_finds_its_ground(city):
    office = city.office
    whole = office.areas.outline(CELL)
    await publish(city, await service.drafted(office, split(office.areas), "wgs84"))
    rest = [cell for cell in office.areas.children(COMMUNITY) if cell.code not in (WEST, EAST)]
    joined = f"{COMMUNITY}103"
    raw = a_file(*(feature(cell.code, degrees(office.areas.outline(cell.code))) for cell in rest),
                 feature(joined, degrees(whole), name="合并"))  # fmt: skip
    await publish(city, await service.drafted(office, raw, "wgs84"))
    assert [cell.code for cell in office.areas.successors(CELL)] == [joined]
    assert [cell.code for cell in office.areas.successors(WEST)] == [joined]
    again = a_file(*(feature(cell.code, degrees(office.areas.outline(cell.code))) for cell in rest),
                   feature(WEST, degrees(whole)))  # fmt: skip
    assert ("CODE_REUSED") in {code for _, code in await faults(office, again)}  # not even after it was void


@on_sqlite
async def test_the_datum_is_said_and_never_guessed(city):
    tree = city.office.areas
    for said in (None, "", "bd09"):
        async with refusal(city.office, "DATUM_MISSING"):
            await service.hand_in(city.office, ADMIN, split(tree), said)
    same = await service.drafted(city.office, split(tree, Datum.GCJ02), "gcj02")
    plain = await service.drafted(city.office, split(tree), "cgcs2000")
    assert json.loads(same) == json.loads(plain)
    shifted = await faults(city.office, split(tree, Datum.GCJ02), "wgs84")  # some 600 m off
    assert "CROSSES_COMMUNITY" in {code for _, code in shifted}


@on_sqlite
async def test_what_is_wrong_with_a_feature_is_named(city):
    square = [[113.237, 23.117], [113.238, 23.117], [113.238, 23.118], [113.237, 23.118], [113.237, 23.117]]
    bow = [square[0], square[2], square[1], square[3], square[0]]
    swapped = [[lat, lon] for lon, lat in square]
    beijing = [[lon + 3, lat + 16] for lon, lat in square]
    raw = a_file(
        feature(WEST, [square[:-1]]), feature(WEST, [bow]), feature(WEST, [swapped]),
        feature(WEST, [beijing]),
        feature(f"{COMMUNITY}000", [square]), feature("12", [square]), feature(EAST, [square]),
        feature(EAST, [square]), {"type": "Feature", "properties": {"code": WEST}, "geometry": None},
    )  # fmt: skip
    assert await faults(city.office, raw) == [
        (1, "NOT_CLOSED"), (2, "CROSSES_ITSELF"), (3, "LONLAT_SWAPPED"), (4, "FAR_AWAY"),
        (5, "BAD_CELL_CODE"), (6, "BAD_CELL_CODE"), (8, "TWICE"), (9, "NO_POLYGON"),
    ]  # fmt: skip
    assert await faults(city.office, a_file(feature("440103", [square]))) == [(0, "NO_CELLS")]
    with pytest.raises(NotASheet):
        await service.drafted(city.office, b"code,name", "wgs84")


@on_sqlite
async def test_cells_that_overlap_or_reach_out_of_their_community_are_refused(city):
    tree = city.office.areas
    one, other = halves(tree)
    rest = [feature(cell.code, degrees(tree.outline(cell.code))) for cell in tree.children(COMMUNITY)
            if cell.code != CELL]  # fmt: skip
    raw = a_file(*rest, feature(WEST, degrees(one)), feature(EAST, degrees(tree.outline(CELL))))
    assert {code for _, code in await faults(city.office, raw)} == {"OVERLAP"}
    wide = coverage.outline([other, tree.outline(neighbour(tree))])
    raw = a_file(*rest, feature(WEST, degrees(one)), feature(EAST, degrees(wide)))
    assert "CROSSES_COMMUNITY" in {code for _, code in await faults(city.office, raw)}


def neighbour(tree):
    """A cell of another community that has a side in common with the test's one."""
    sides, _ = coverage.loose({CELL: tree.outline(CELL)})
    for cell in tree.cells:
        if cell.code[:12] != COMMUNITY:
            theirs, _ = coverage.loose({cell.code: tree.outline(cell.code)})
            if any((b, a) in sides for a, b in theirs):
                return cell.code
    raise AssertionError("no cell of another community touches it")


@on_sqlite
async def test_a_gap_is_told_and_a_cell_left_out_has_no_successor(city):
    tree = city.office.areas
    rest = [feature(cell.code, degrees(tree.outline(cell.code))) for cell in tree.children(COMMUNITY)
            if cell.code != CELL]  # fmt: skip
    row = await service.hand_in(city.office, ADMIN, a_file(*rest), "wgs84")
    means = {each["code"]: each for each in row.report["means"]}
    assert means["grids_void"]["cells"] == CELL
    gone = round(coverage.area_m2(tree.outline(CELL)))
    assert means["grids_area"]["by"] == pytest.approx(-gone, abs=1)


@on_sqlite
async def test_codes_are_never_dropped_and_groups_name_valid_cells(city):
    now = {name: list(rows) for name, rows in (await service.tables(city.office)).items()}

    async def wrong(**changed):
        with pytest.raises(BadSheet) as refused:
            await city.do(ADMIN, editions.propose, KIND, to_json({**now, **changed}))
        return [(fault.code, fault.value) for fault in refused.value.faults]

    assert await wrong(cells=[row for row in now[CELLS] if row["code"] != CELL]) == [("CELL_GONE", CELL)]
    group = {"code": "440103006D001", "sort": "duty", "name": "一号责任区", "cells": f"{CELL}、{WEST}",
             "officers": "", "households": "", "remark": ""}  # fmt: skip
    assert await wrong(groups=[group]) == [("UNKNOWN_CELL", WEST)]
    assert await wrong(groups=[group | {"code": "007", "cells": CELL}]) == [("BAD_GROUP_CODE", "007")]
    moved = [{**row, "outline": outline_of([[(0, 0), (9, 0), (9, 9)]])} if row["code"] == CELL else row
             for row in now[CELLS]]  # fmt: skip
    assert await wrong(cells=moved) == [("CODE_REUSED", CELL)]  # the same code for another place


async def test_a_duty_grid_gives_its_officers_their_cells_and_keeps_its_ground(city):
    office = city.office
    now = {name: list(rows) for name, rows in (await service.tables(office)).items()}
    cells = [cell.code for cell in office.areas.children(COMMUNITY)]
    duty = {"code": "440103006D001", "sort": "duty", "name": "一号责任区", "cells": "、".join(cells),
            "officers": "CHEN、NOBODY", "households": "", "remark": ""}  # fmt: skip
    async with office.work(SYSTEM) as work:
        (await work.session.get(Account, "chen")).staff_no = "chen"
    report = await publish(city, to_json({**now, GROUPS: [duty]}))
    assert report["grids_strangers"]["names"] == "nobody"
    [chen] = await city.rows(PostHolding, PostHolding.account_id == "chen")
    assert chen.cells == cells
    await publish(city, await service.drafted(office, split(office.areas), "wgs84"))
    [group] = office.areas.groups
    assert set(group.cells) == {*cells, WEST, EAST} - {CELL}
    [chen] = await city.rows(PostHolding, PostHolding.account_id == "chen")
    assert set(chen.cells) == set(group.cells)


@on_sqlite
@pytest.mark.parametrize("datum", list(Datum))
async def test_what_is_taken_home_comes_back(city, datum):
    now = await service.tables(city.office)
    told = json.loads(geojson.write(now, datum))
    assert told["datum"] == datum
    lon, lat = told["features"][0]["geometry"]["coordinates"][0][0][0]
    assert 113 < lon < 114 and 23 < lat < 24
    back = geojson.read(json.dumps(told).encode(), datum, now, city.clock().date())
    assert [(row["code"], row["outline"]) for row in back[CELLS]] == [
        (row["code"], row["outline"]) for row in sorted(now[CELLS], key=lambda row: row["code"])
    ]
    heading, first, *_ = geojson.write_csv(now, datum).decode("utf-8-sig").splitlines()
    assert heading.endswith(f"lon_{datum.lower()},lat_{datum.lower()}")
    assert first.split(",")[-2].startswith("113.")
