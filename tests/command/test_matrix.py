"""The responsibility matrix: who answers for what, where."""

from pathlib import Path

import pytest

import server
from server.command.catalogue.book import Catalogue
from server.command.matrix import Duty, Matrix, Unit
from server.kernel.errors import NotFound

DATA = Path(server.__file__).parents[1] / "shared" / "data"
STREETS = [f"440103{number:03}" for number in range(1, 23)]
FENGYUAN, SHAMIAN = "440103006001007", "440103001001002"
TWO = (Unit("a", "甲局"), Unit("b", "乙局"), Unit("c", "丙局"))


@pytest.fixture(scope="module")
def matrix():
    return Matrix.load(DATA)


def test_every_matter_has_a_unit_in_every_street(matrix):
    for code in Catalogue.load(DATA).matters:
        for street in STREETS:
            assert matrix.unit_for(code, street).id in matrix.allowed(code, street)


@pytest.mark.parametrize(
    ("code", "unit"),
    [("01003", "区住建局"), ("01023", "区住建局"), ("06013", "区住建局"), ("01037", "区住建局"),
     ("09005", "区城管局"), ("06010", "区城管局"), ("07001", "区城管局"), ("09011", "区城管局"),
     ("09012", "区消防救援大队"), ("06026", "区水务局"), ("02014", "区交警大队"), ("SG009", "区人社局")],
)  # fmt: skip
def test_who_handles_what(matrix, code, unit):
    assert matrix.unit_for(code, FENGYUAN).name == unit


def test_an_island_street_keeps_its_own_streets_clean(matrix):
    assert matrix.unit_for("06010", SHAMIAN).name == "沙面街道办"
    assert matrix.allowed("06010", SHAMIAN) == {"smjd", "cg"}
    assert matrix.unit_for("06026", SHAMIAN).name == "区水务局"


def test_some_small_units_confirm_without_their_head_and_the_two_busiest_do_not(matrix):
    waived = {unit.id for unit in matrix.units.values() if unit.waives_confirm}
    assert waived
    assert waived.isdisjoint({"cg", "zj"})


def test_every_unit_has_work_and_says_what_it_answers_for(matrix):
    named = {id for row in matrix.rows.values() for id in (row.unit, *row.also)}
    assert named == matrix.units.keys()
    assert all(unit.duties and all(unit.duties.values()) for unit in matrix.units.values())


def test_a_duty_is_quoted_by_its_longest_prefix():
    unit = Unit("a", "甲局", duties={"06": "市容", "06013": "路面"})
    assert [unit.duty_for(code) for code in ("06013", "06010", "09001")] == ["路面", "市容", ""]


def test_the_longer_matter_prefix_wins_before_the_longer_area():
    rows = [Duty("", "a"), Duty("06", "b", area="440103006"), Duty("06010", "c", also=("a",))]
    matrix = Matrix.of(TWO, rows)
    assert [matrix.unit_for(*at).id for at in (
        ("09001", FENGYUAN), ("06001", FENGYUAN), ("06001", SHAMIAN), ("06010", FENGYUAN), ("06010", ""),
    )] == ["a", "b", "a", "c", "c"]  # fmt: skip
    assert matrix.allowed("06010", FENGYUAN) == {"c", "a"}
    assert matrix.allowed("06001", FENGYUAN) == {"b"}


def test_among_areas_the_longer_prefix_wins():
    matrix = Matrix.of(TWO, [Duty("06", "a"), Duty("06", "b", "440103006"), Duty("06", "c", "440103006001")])
    areas = ("440103006001007", "440103006002001", "440103001")
    assert [matrix.unit_for("06010", area).id for area in areas] == ["c", "b", "a"]


def test_where_no_row_speaks_nobody_is_found():
    with pytest.raises(NotFound):
        Matrix.of(TWO, [Duty("06", "a")]).unit_for("09001", FENGYUAN)


def test_a_ruling_is_remembered_and_the_old_matrix_stays_as_it_was(matrix):
    ruling = Duty("06028", "cg", area="440103006", also=("ga",))
    ruled = matrix.ruled([Duty("06028", "hb", area="440103006"), ruling])
    assert ruled.unit_for("06028", FENGYUAN).id == "cg"
    assert ruled.unit_for("06028", SHAMIAN).id == matrix.unit_for("06028", FENGYUAN).id == "ga"


def test_two_rows_on_one_matter_and_area_are_refused():
    with pytest.raises(ValueError, match="two matrix rows"):
        Matrix.of(TWO, [Duty("06", "a"), Duty("06", "b")])


@pytest.mark.parametrize("row", [Duty("06", "x"), Duty("06", "a", also=("x",))])
def test_a_row_for_an_unknown_unit_is_refused(row):
    with pytest.raises(ValueError, match="x"):
        Matrix.of(TWO, [row])
