"""Three schemas from one set of types: merges the rooms' roots and writes what each app may know.

`python -m server.schemas` writes shared/schema/*.graphql; with `--check` it compares and changes nothing.
"""

import difflib
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from strawberry.tools import merge_types

from server.command.duty.graphql import moves as duty_moves
from server.command.duty.graphql import reads as duty_reads
from server.command.graphql import calendar
from server.command.graphql import reads as command_reads
from server.command.knowledge.graphql import moves as knowledge_moves
from server.command.knowledge.graphql import reads as knowledge_reads
from server.command.notices.graphql import live as notice_live
from server.command.notices.graphql import moves as notice_moves
from server.command.notices.graphql import outgoing as notice_outgoing
from server.command.notices.graphql import reads as notice_reads
from server.command.notices.graphql import ways as notice_ways
from server.command.orders.graphql import asks as order_asks
from server.command.orders.graphql import hot as order_hot
from server.command.orders.graphql import live as order_live
from server.command.orders.graphql import moves as order_moves
from server.command.orders.graphql import pairs as order_pairs
from server.command.orders.graphql import reads as order_reads
from server.command.orders.graphql import reclassify as order_reclassify
from server.command.orders.graphql import split as order_split
from server.command.orders.graphql import workload as order_workload
from server.command.requests.graphql import desk_moves, desk_reads
from server.command.requests.graphql import live as request_live
from server.command.requests.graphql import moves as request_moves
from server.command.requests.graphql import reads as request_reads
from server.command.rollcalls import graphql as roll_calls
from server.command.routing.graphql import reads as routing_reads
from server.command.setup.graphql import moves as setup_moves
from server.command.setup.graphql import reads as setup_reads
from server.command.talks.graphql import live as talk_live
from server.command.talks.graphql import moves as talk_moves
from server.command.talks.graphql import reads as talk_reads
from server.graph.audience import RoleSchema
from server.graph.trusted import NOBODYS, Trust
from server.grid.basedata.graphql import moves as base_moves
from server.grid.basedata.graphql import reads as base_reads
from server.grid.cards.graphql import roots as cards
from server.grid.grids.graphql import reads as grid_reads
from server.grid.patrols.graphql import live as patrol_live
from server.grid.patrols.graphql import moves as patrol_moves
from server.grid.patrols.graphql import reads as patrol_reads
from server.identity import graphql as identity
from server.identity.family import graphql as family
from server.kernel.actors import Role
from server.settings import Settings
from server.supervision.board.graphql import live as board_live
from server.supervision.board.graphql import reads as board_reads
from server.supervision.evaluation.graphql import roots as evaluation
from server.supervision.orders.graphql import live as supervision_live
from server.supervision.orders.graphql import moves as supervision_moves
from server.supervision.orders.graphql import reads as supervision_reads

ROOMS = (  # a line each, so that rooms are added side by side
    identity,
    family,
    notice_reads,
    notice_moves,
    notice_live,
    notice_ways,
    notice_outgoing,
    command_reads,
    order_reads,
    order_moves,
    order_asks,
    order_reclassify,
    order_split,
    order_pairs,
    order_live,
    order_hot,
    order_workload,
    request_reads,
    request_moves,
    request_live,
    board_reads,
    board_live,
    supervision_reads,
    supervision_moves,
    supervision_live,
    evaluation,
    knowledge_reads,
    knowledge_moves,
    setup_reads,
    setup_moves,
    routing_reads,
    talk_reads,
    talk_moves,
    talk_live,
    calendar,
    grid_reads,
    desk_reads,
    desk_moves,
    duty_reads,
    duty_moves,
    roll_calls,
    patrol_reads,
    patrol_moves,
    patrol_live,
    base_reads,
    base_moves,
    cards,
)  # fmt: skip
WRITTEN = Path(__file__).parents[1] / "shared" / "schema"


def root(name: str, rooms: Iterable[ModuleType] = ROOMS) -> type | None:
    """What the rooms add to `name` (Query, Mutation, Subscription), or None.

    Raises UserWarning when two rooms claim one field: Strawberry would let the later one win.
    """
    parts = tuple(getattr(room, name) for room in rooms if hasattr(room, name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return merge_types(name, parts) if parts else None


def build(settings: Settings | None = None, *, for_print: bool = False) -> dict[Role, RoleSchema]:
    """One schema per role. Raises TypeError when an output field names no audience.

    In production every trusted document is planned now. Raises FileNotFoundError when there are none, and
    ValueError for one that does not fit its role's schema.
    """
    query, mutation, subscription = root("Query"), root("Mutation"), root("Subscription")
    assert query
    closed = settings is not None and settings.production
    built = {
        role: RoleSchema(
            role, query, mutation, subscription, closed=closed, for_print=for_print,
            trust=trust(settings, role) if settings else NOBODYS,
        )
        for role in Role
    }  # fmt: skip
    for schema in built.values() if closed else ():
        schema.documents.pin()
    return built


def trust(settings: Settings, role: Role) -> Trust:
    """The documents that one role's app and its partners brought. Raises ValueError for a role unknown."""
    partners = (entry.partition("=") for entry in settings.partner_documents.split(",") if entry.strip())
    theirs = [Path(file.strip()) for name, _, file in partners if Role(name.strip()) is role]
    return Trust.read([settings.documents_dir / f"{role}.json", *theirs], required=settings.production)


def sdl() -> dict[str, str]:
    """Each role's schema, sorted, by file name."""
    return {f"{role}.graphql": schema.as_str() + "\n" for role, schema in build(for_print=True).items()}


def write_sdl(folder: Path = WRITTEN) -> None:
    """Bring the files in `folder` up to date."""
    for name, text in sdl().items():
        (folder / name).write_text(text, encoding="utf-8")


def drift(folder: Path = WRITTEN) -> str:
    """What `write_sdl` would change, as a diff; empty when it would change nothing."""
    changes: list[str] = []
    for name, text in sdl().items():
        written = (folder / name).read_text(encoding="utf-8") if (folder / name).exists() else ""
        changes += difflib.unified_diff(
            written.splitlines(keepends=True), text.splitlines(keepends=True), f"{name} as written", name
        )
    return "".join(changes)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(changes + "`make schema` writes them anew" if (changes := drift()) else 0)
    write_sdl()
