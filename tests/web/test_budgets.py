"""What a phone has to load, against what it may (kilobytes as sent, gzip)."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from server.web.static import APPS, BUILT

KB = 1024
FIRST = {"citizen": 90, "officer": 130, "leader": 100}  # scripts of the first page
LAZY = {"citizen": 40, "officer": 50, "leader": 40}  # what any further page adds
STYLE = {"citizen": 15, "officer": 20, "leader": 15}  # every style sheet there is
LEAFLET, MAP = 45, 20  # the library, and our own code beside it
MAP_CODE = "shared/web/map/district-map.ts"  # loaded when a map is shown, never for a page to open

Manifest = dict[str, dict[str, Any]]


@cache
def manifest(app: str) -> Manifest:
    """What the build says each file needs."""
    told: Manifest = json.loads((BUILT / app / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    return told


@cache
def size(app: str, file: str) -> int:
    """Bytes as sent."""
    return len(gzip.compress((BUILT / app / file).read_bytes(), 6))


def needed(app: str, key: str) -> set[str]:
    """The scripts that must be there before `key` runs, its own among them."""
    told, found, open_ = manifest(app), set(), [key]
    while open_:
        chunk = told[open_.pop()]
        if chunk["file"] not in found:
            found.add(chunk["file"])
            open_ += chunk.get("imports", [])
    return found


def weight(app: str, files: set[str]) -> float:
    """Kilobytes of `files`."""
    return sum(size(app, file) for file in files) / KB


def pages(app: str) -> list[str]:
    """Every page that is loaded when it is first opened."""
    return [
        key for key, chunk in manifest(app).items() if chunk.get("isDynamicEntry") and key.endswith(".vue")
    ]


@pytest.mark.parametrize("app", APPS)
def test_the_first_page_is_within_its_budget(app):
    assert weight(app, needed(app, "index.html")) <= FIRST[app]


@pytest.mark.parametrize("app", APPS)
def test_every_further_page_is_within_its_budget(app):
    there = needed(app, "index.html")
    added = {page: weight(app, needed(app, page) - there) for page in pages(app)}
    assert len(added) > 5
    assert {page: kb for page, kb in added.items() if kb > LAZY[app]} == {}


@pytest.mark.parametrize("app", APPS)
def test_styles_are_within_their_budget_and_no_font_is_sent(app):
    files = {str(path.relative_to(BUILT / app)) for path in (BUILT / app / "assets").iterdir()}
    styles = {file for file in files if file.endswith(".css") and "district-map" not in file}
    assert 0 < weight(app, styles) <= STYLE[app]
    assert not [file for file in files if Path(file).suffix in {".woff", ".woff2", ".ttf", ".otf", ".eot"}]


@pytest.mark.parametrize("app", APPS)
def test_a_map_is_loaded_only_where_one_is_shown(app):
    (key,) = (key for key in manifest(app) if key.endswith(MAP_CODE))
    code = manifest(app)[key]["file"]
    assert code not in needed(app, "index.html")
    assert size(app, str(code)) / KB <= LEAFLET + MAP
