"""Facts about the house itself that no linter knows."""

import ast
import re
import tomllib
from pathlib import Path

HOUSE = Path(__file__).parents[2]
MADE = {"node_modules", "gql", "static", "__pycache__"}  # directories that hold what was made or fetched
PINNED = re.compile(r"\S+==\S+.* --hash=sha256:[0-9a-f]{64}")


def texts(*roots: str, endings: tuple[str, ...]) -> dict[str, str]:
    """The house's own files under `roots`, by their path inside it."""
    found = (file for root in roots for file in (HOUSE / root).rglob("*") if file.suffix in endings)
    own = (file for file in found if not MADE & set(file.relative_to(HOUSE).parts))
    return {file.relative_to(HOUSE).as_posix(): file.read_text() for file in own}


SERVER = texts("server", endings=(".py",))
CODE = SERVER | texts("clients", "shared/web", endings=(".ts", ".vue"))
WRITTEN = CODE | texts("tests", "scripts", "docs", endings=(".py", ".sh", ".md", ".ts"))


def test_the_walk_finds_the_house():
    assert {"server/kernel/flow.py", "tests/contract/test_house.py", "scripts/need.sh"} <= WRITTEN.keys()


def test_a_file_is_one_thing():
    lines = {file: text.count("\n") for file, text in CODE.items() if "/migrations/versions/" not in file}
    assert {file: n for file, n in lines.items() if n > 400} == {}


def test_nothing_is_left_for_later():
    mark = re.compile(r"(?:#|//|/\*|<!--)\s*(?:TO" + r"DO|FIX" + r"ME|X{3})\b")
    assert [file for file, text in WRITTEN.items() if mark.search(text)] == []


def test_no_machine_is_named():
    home = re.compile(r"/(?:home|Users)/[a-z]\w*/|/root/\w")
    assert [file for file, text in WRITTEN.items() if home.search(text)] == []


def test_a_package_says_what_it_is_and_nothing_else():
    packages = {Path(file).parent: text for file, text in SERVER.items() if file.endswith("/__init__.py")}
    assert packages.keys() == {Path(file).parent for file in SERVER}
    bodies = {package: ast.parse(text) for package, text in packages.items()}
    assert [p for p, body in bodies.items() if len(body.body) != 1 or not ast.get_docstring(body)] == []


def test_the_tables_of_every_feature_are_under_contract():
    features = {
        file.removesuffix("/tables.py").replace("/", ".") for file in SERVER if file.endswith("/tables.py")
    }
    contracts = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    private = {
        c["protected_modules"][0]: c["allowed_importers"] for c in contracts if c["type"] == "protected"
    }
    layered = next(c for c in contracts if c.get("id") == "feature")
    assert {f"{feature}.tables": [feature] for feature in features}.items() <= private.items()
    assert features <= set(layered["containers"])


def test_the_locks_name_no_registry():
    locks = {file: (HOUSE / file).read_text() for file in ("package-lock.json", ".npmrc")} | texts(
        "requirements", endings=(".lock",)
    )
    address = re.compile(r'"resolved": "https?:|index-url|registry\s*=', re.IGNORECASE)
    assert {file: found for file, text in locks.items() if (found := address.findall(text))} == {}


def test_every_requirement_is_pinned_to_its_hashes():
    for lock in texts("requirements", endings=(".lock",)).values():
        requirements = re.sub(r"\\\n\s*", "", lock).splitlines()
        assert len(requirements) > 40
        assert [line for line in requirements if not PINNED.match(line)] == []
