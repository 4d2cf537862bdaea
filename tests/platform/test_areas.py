import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from server.kernel.errors import NotFound
from server.kernel.geo import Wgs84
from server.platform.areas import MAPS, AreaLevel, AreaTree, Cell, Hit, OutsideDistrict

DEMO = Wgs84(lon=113.2370, lat=23.1170)
TREE = AreaTree.of("440103")
MAP = json.loads(TREE.packed_map.body)


def borders(rings):
    """The undirected edges of flat rings."""
    found: Counter[tuple[tuple[int, int], ...]] = Counter()
    for ring in rings:
        x = y = 0
        corners = [(x := x + dx, y := y + dy) for dx, dy in zip(ring[::2], ring[1::2], strict=True)]
        for edge in zip(corners, corners[1:] + corners[:1], strict=True):
            found[tuple(sorted(edge))] += 1
    return found


def small_map(**changes):
    """One street, one community, one cell of about a kilometre."""
    ring = {"at": [500, 500], "rings": [[0, 0, 1000, 0, 0, 1000, -1000, 0]]}
    data = {
        "fictional": True,
        "district": {"code": "990101", "name": "甲区", "initials": "JQ", **ring},
        "streets": [{"code": "990101001", "name": "乙街道", "initials": "YJD", **ring}],
        "communities": [{"code": "990101001001", "name": "丙社区", "initials": "BSQ", **ring}],
        "cells": [{"code": "990101001001001", "name": "第01网格", "card": "YJ01AA", **ring}],
        "roads": [],
        "landmarks": [{"name": "桥头", "initials": "QT", "at": [10, 20]}],
    }
    return json.dumps(data | changes).encode()


def test_the_district_has_22_streets_201_communities_and_some_1300_cells():
    assert (TREE.district.code, TREE.district.name, TREE.fictional) == ("440103", "荔湾区", True)
    assert (len(TREE.streets), len(TREE.communities), len(TREE.cells)) == (22, 201, 1310)
    sizes = Counter(cell.code[:12] for cell in TREE.cells)
    assert set(sizes) == {community.code for community in TREE.communities}
    assert set(sizes.values()) <= {6, 7}


def test_the_demo_position_lies_in_fengyuan_cell_07():
    cell = TREE.cell_at(DEMO)
    assert (cell.name, cell.card, cell.level) == ("第07网格", "FY07X2", AreaLevel.CELL)
    assert [area.name for area in TREE.path(cell.code)] == ["荔湾区", "逢源街道", "厚福社区", "第07网格"]
    assert TREE.street_of(cell.code) == TREE.by_code("440103006")


def test_cells_are_numbered_within_their_street_without_gaps():
    for street in TREE.streets:
        names = [cell.name for cell in TREE.cells if cell.code.startswith(street.code)]
        assert sorted(names) == [f"第{n:02}网格" for n in range(1, len(names) + 1)]


def test_each_card_code_has_six_signs_and_differs_from_every_other_by_two():
    cards = {cell.card for cell in TREE.cells}
    assert {len(card) for card in cards} == {6}
    blanked = Counter((i, card[:i] + card[i + 1 :]) for card in cards for i in range(6))
    assert max(blanked.values()) == 1


def test_cells_tile_every_larger_area_exactly():
    for row in [MAP["district"], *MAP["streets"], *MAP["communities"]]:
        inner = borders(
            ring for cell in MAP["cells"] if cell["code"].startswith(row["code"]) for ring in cell["rings"]
        )
        assert set(inner.values()) <= {1, 2}
        assert borders(row["rings"]) == Counter(edge for edge, times in inner.items() if times == 1)


def test_every_label_stands_in_its_own_area():
    assert all(TREE.locate(cell.at) is cell for cell in TREE.cells)
    for area in (TREE.district, *TREE.streets, *TREE.communities):
        assert TREE.contains(area.code, TREE.cell_at(area.at).code)


def test_every_corner_inside_the_district_belongs_to_a_cell():
    outline = {corner for edge in borders(MAP["district"]["rings"]) for corner in edge}
    corners = {corner for row in MAP["cells"] for edge in borders(row["rings"]) for corner in edge} - outline
    assert len(corners) > 2_000
    assert all(TREE.locate(Wgs84(lon / 100_000, lat / 100_000)) for lon, lat in corners)


@pytest.mark.parametrize(
    ("lon", "lat"), [(116.4, 39.9), (113.30, 23.117), (113.2370, 23.20), (-113.2370, -23.1170)]
)
def test_outside_the_district_there_is_no_cell_but_a_hotline(lon, lat):
    assert TREE.locate(Wgs84(lon, lat)) is None
    with pytest.raises(OutsideDistrict) as refusal:
        TREE.cell_at(Wgs84(lon, lat))
    assert refusal.value.extensions == {"code": "OUTSIDE_DISTRICT", "params": {"hotline": "12345"}}


def test_children_stand_one_level_down_in_code_order():
    assert TREE.children("440103") == TREE.streets
    assert [area.name for area in TREE.children("440103001")] == ["翠洲社区"]
    cells = TREE.children("440103001101")
    assert [cell.code for cell in cells] == [f"440103001101{n:03}" for n in range(1, 8)]
    assert all(isinstance(cell, Cell) for cell in cells)
    assert TREE.children(cells[0].code) == ()


@pytest.mark.parametrize("ask", [TREE.by_code, TREE.name, TREE.children, TREE.path, TREE.street_of])
@pytest.mark.parametrize("code", ["", "440104", "4401030061", "440103006101999", "44010300610100101"])
def test_an_unknown_code_is_not_found(ask, code):
    with pytest.raises(NotFound) as refusal:
        ask(code)
    assert refusal.value.params == {"subject": code}


def test_a_street_is_its_own_street_and_the_district_has_none():
    assert TREE.street_of("440103006").name == TREE.street_of("440103006107").name == "逢源街道"
    with pytest.raises(NotFound):
        TREE.street_of("440103")


@pytest.mark.parametrize(
    ("scope", "code", "inside"),
    [
        ("440103", "440103006", True), ("440103006", "440103006", True),
        ("440103006", "440103006107006", True), ("440103006", "440103", False),
        ("440103006", "440103007101001", False), ("", "440103", True),
    ],
)  # fmt: skip
def test_a_scope_holds_what_begins_with_it(scope, code, inside):
    assert TREE.contains(scope, code) is inside


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("逢源", "逢源街道"), ("fy", "逢源街道"), ("BHD", "白鹤洞街道"), ("荔湾区", "荔湾区"),
        ("FY07X2", "逢源街道 · 厚福社区 · 第07网格"), ("逢源 07", "逢源街道 · 厚福社区 · 第07网格"),
        ("十三行社区", "岭南街道 · 十三行社区"), ("永庆坊", "逢源街道 · 厚福社区 · 第07网格 · 永庆坊入口"),
        ("逢源街道恩宁路99号", "逢源街道 · 厚福社区 · 第07网格 · 恩宁路"),
    ],
)  # fmt: skip
def test_search_finds_first(text, path):
    assert TREE.search(text)[0].path == path


def test_a_landmark_is_found_with_its_cell_and_its_own_position():
    cell = TREE.cell_at(DEMO)
    path = "逢源街道 · 厚福社区 · 第07网格 · 永庆坊入口"
    assert TREE.search("yqfrk") == [Hit(cell, "永庆坊入口", path, DEMO)]


def test_a_search_gives_twenty_answers_unless_told_otherwise():
    assert len(TREE.search("社区")) == 20
    assert len(TREE.search("社区", limit=5)) == 5
    assert len(TREE.search("社区", limit=500)) == 201


def test_the_packed_map_fits_a_phone_and_changes_its_tag_with_its_content():
    packed = TREE.packed_map
    assert packed.body == (MAPS / "440103.json").read_bytes()
    assert gzip.decompress(packed.gzipped) == packed.body
    assert len(packed.gzipped) <= 250_000
    assert packed.etag == AreaTree.of("440103").packed_map.etag
    assert packed.etag != AreaTree(packed.body + b" ").packed_map.etag


def test_every_place_on_the_map_says_that_it_is_invented():
    assert all(row["fictional"] for layer in ("water", "roads", "landmarks") for row in MAP[layer])


def test_the_plan_still_draws_the_same_map(tmp_path):
    root = Path(__file__).parents[2]
    command = [
        sys.executable,
        root / "scripts" / "draw_district.py",
        MAPS / "440103.plan.json",
        tmp_path / "map.json",
    ]
    subprocess.run(command, check=True)
    assert (tmp_path / "map.json").read_bytes() == (MAPS / "440103.json").read_bytes()


def test_another_district_is_another_file(tmp_path):
    file = tmp_path / "990101.json"
    file.write_bytes(small_map(fictional=False))
    tree = AreaTree.load(file, hotline="0990-12345")
    assert not tree.fictional
    assert tree.cell_at(Wgs84(0.005, 0.005)).card == "YJ01AA"
    assert tree.search("桥头")[0].path == "乙街道 · 丙社区 · 第01网格 · 桥头"
    with pytest.raises(OutsideDistrict) as refusal:
        tree.cell_at(DEMO)
    assert refusal.value.params == {"hotline": "0990-12345"}


def test_a_district_without_a_map_is_not_there():
    with pytest.raises(FileNotFoundError):
        AreaTree.of("990101")


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        ("streets", {"code": "990102001"}, "990102001 has no parent"),
        ("communities", {"code": "9901010010019"}, "9901010010019 has no parent"),
        ("cells", {"code": "990101001001001001"}, "has no parent"),
        ("landmarks", {"at": [5000, 5000]}, "桥头 lies outside"),
    ],
)
def test_a_broken_map_is_refused(layer, change, message):
    row = json.loads(small_map())[layer][0]
    with pytest.raises(ValueError, match=message):
        AreaTree(small_map(**{layer: [row, row | change]}))


@pytest.mark.parametrize("change", [{}, {"code": "990101001001002"}])
def test_a_code_or_card_used_twice_is_refused(change):
    row = json.loads(small_map())["cells"][0]
    with pytest.raises(ValueError, match="used twice"):
        AreaTree(small_map(cells=[row, row | change]))
