"""What a resolver is told of the selection below it: exactly the columns, exactly the fields."""

from typing import Any, ClassVar

import pytest
import strawberry

from server.graph.audience import RoleSchema, field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.kernel.actors import CITIZEN, EVERYONE, LEADER, STAFF, Role
from server.platform.read import EVERYTHING
from tests.graph.plan.both import prepare

HEARD: list[Any] = []


@strawberry.interface
class Thing(View[Any]):
    """What all rows have."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID = column()


@strawberry.type
class Unit:
    """Not a view."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    name: str
    short: str


@strawberry.type
class Lamp(Thing):
    """A view with every kind of field."""

    lit_on: str = column()
    title: str = column(of="name")
    score: int = strawberry.field(default=0)

    @field_for(needs={"unit_id", "name"})
    def unit(self) -> Unit:
        return Unit(name="u", short="s")

    @field_for(needs=())
    def kind(self) -> str:
        return "lamp"

    @field_for(LEADER, needs={"cost"})
    def cost(self) -> int:
        return 1

    @field_for()
    def whole(self) -> str:
        return "w"

    @field_for(personal=True, needs={"owner_id"})
    def mine(self) -> bool:
        return True


@strawberry.type
class Bench(Thing):
    """Another one."""

    seats: int = column()


@strawberry.type
class Page:
    """Some lamps, and some more."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    items: list[Lamp]
    more_items: list[Lamp] | None = None
    total: int = 0


@strawberry.type
class Query:
    """Notes what it was told."""

    @field_for(*Role)
    def lamp(self, info: Info) -> Lamp | None:
        HEARD.append(info.needs())
        return None

    @field_for(*Role)
    async def lamps(self, info: Info) -> list[Lamp]:
        HEARD.append(info.needs())
        return []

    @field_for(*Role)
    def page(self, info: Info, first: int = 1) -> Page | None:
        HEARD.extend([info.needs("items"), info.asks("items"), info.asks("total")])
        return None

    @field_for(*Role)
    def things(self, info: Info) -> list[Thing]:
        HEARD.append(info.needs())
        return []

    @field_for(*Role)
    def units(self, info: Info) -> list[Unit]:
        HEARD.append(info.needs())
        return []

    @field_for(*Role)
    def deep(self, info: Info) -> Page | None:
        HEARD.extend(
            [info.needs("more_items"), info.asks("items", "unit", "short"), info.asks("items", "cost")]
        )
        return None

    @field_for(*Role)
    def wrong(self, info: Info) -> Page | None:
        HEARD.append(info.asks("moreItems"))
        return None

    @field_for(*STAFF)
    def benches(self) -> list[Bench]:
        return []


SCHEMAS = {role: RoleSchema(role, Query) for role in (CITIZEN, LEADER)}


@pytest.fixture(autouse=True)
def nothing_heard():
    HEARD.clear()


async def heard(text: str, role: Role = LEADER, **variables: Any) -> list[Any]:
    """What the resolver was told."""
    result = await prepare(SCHEMAS[role], text, variables).planned(None)
    assert result.errors is None
    return HEARD


@pytest.mark.parametrize(("selection", "needs"), [
    ("id", ("id",)),
    ("litOn id", ("id", "lit_on")),
    ("title", ("name",)),
    ("a: title b: title litOn", ("lit_on", "name")),
    ("unit { name }", ("name", "unit_id")),
    ("kind", ("id",)),
    ("score litOn", ("lit_on",)),
    ("__typename", ("id",)),
    ("__typename title", ("name",)),
    ("litOn whole", EVERYTHING),
    ("...F @include(if: false) title", ("name",)),
    ("...F", ("lit_on", "owner_id")),
    ("... on Thing { id } ... { litOn }", ("id", "lit_on")),
    ("cost", ("cost",)),
])  # fmt: skip
@pytest.mark.parametrize("field", ["lamp", "lamps"])
async def test_the_columns_of_a_selection(field, selection, needs):
    fragment = "fragment F on Lamp { litOn mine }" if "...F" in selection else ""
    assert await heard(f"{{ {field} {{ {selection} }} }} {fragment}") == [needs]


@pytest.mark.parametrize(("selection", "told"), [
    ("items { litOn }", [("lit_on",), True, False]),
    ("a: items { litOn } items { title } total", [("lit_on", "name"), True, True]),
    ("items { litOn } ...F", [("lit_on", "name"), True, True]),
    ("items { litOn } ...F @skip(if: true)", [("lit_on",), True, False]),
    ("total", [("id",), False, True]),
    ("moreItems { whole }", [("id",), False, False]),
])  # fmt: skip
async def test_the_columns_further_down(selection, told):
    fragment = "fragment F on Page { total items { title } }" if "...F" in selection else ""
    assert await heard(f"{{ page {{ {selection} }} }} {fragment}") == told


async def test_a_flag_given_as_a_variable_counts():
    text = (
        "query ($full: Boolean!) { page { items { id title @include(if: $full) } total @skip(if: $full) } }"
    )
    assert await heard(text, full=True) == [("id", "name"), True, False]
    HEARD.clear()
    assert await heard(text, full=False) == [("id",), True, True]


async def test_an_interface_needs_what_any_of_its_types_needs():
    assert await heard("{ things { id ... on Lamp { litOn } ... on Bench { seats } } }") == [
        ("id", "lit_on", "seats")
    ]


async def test_of_what_is_no_view_nothing_is_known():
    assert await heard("{ units { name } }") == [EVERYTHING]


async def test_a_path_may_be_long_and_is_in_python_names():
    text = "{ deep { moreItems { title } items { unit { name } cost } } }"
    assert await heard(text) == [("name",), False, True]
    result = await prepare(SCHEMAS[LEADER], "{ wrong { total } }").planned(None)
    assert [error.message for error in result.errors or ()] == ["Page has no field moreItems"]


async def test_a_field_hidden_from_the_role_is_not_asked_for():
    assert await heard("{ deep { items { unit { short } } } }", CITIZEN) == [("id",), True, False]


def test_the_answer_is_kept():
    plan = prepare(SCHEMAS[LEADER], "{ page { items { litOn title unit { name } } } }").plan
    (slot,) = plan.roots()
    assert plan.needs_of(slot, ("items",)) == ("lit_on", "name", "unit_id")
    assert plan.needs_of(slot, ("items",)) is plan.needs_of(slot, ("items",))


async def test_without_a_plan_nothing_is_known():
    stock = await prepare(SCHEMAS[LEADER], "{ lamp { id } page { total } }").stock(None)
    assert stock.errors is None
    assert HEARD == [EVERYTHING, EVERYTHING, True, True]


@pytest.mark.parametrize(("selection", "personal"), [
    ("lamps { id }", False),
    ("lamps { unit { name } }", False),
    ("lamps { mine }", True),
    ("things { ... on Lamp { mine } }", True),
    ("...F", True),
    ("lamps { id mine @skip(if: true) }", False),
])  # fmt: skip
def test_a_plan_knows_whether_its_answer_is_somebodys_own(selection, personal):
    fragment = "fragment F on Query { page { moreItems { mine } } }" if "...F" in selection else ""
    assert prepare(SCHEMAS[LEADER], f"{{ {selection} }} {fragment}").plan.personal is personal
