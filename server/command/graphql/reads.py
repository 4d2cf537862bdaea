"""Places, matters, rules and units."""

import strawberry

from server.command.graphql.types import FilingRule, Matter, Place, PlaceHit, PlaceInput
from server.command.library import Library
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded
from server.identity.graphql import Unit
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.text import clean_line


@strawberry.type
class Query:
    """Places, matters and units."""

    @field_for(OFFICER, CITIZEN)
    def place(self, info: Info, at: PlaceInput) -> Place:
        """The grid cell of a position. OUTSIDE_DISTRICT names the hotline that can help."""
        return Place(row=at.spot(info.context.office.areas))

    @field_for(OFFICER, CITIZEN, most=20)
    def search_places(self, info: Info, text: str) -> list[PlaceHit]:
        """By name, card code, pinyin initials or address."""
        wanted = clean_line(text, field="text", limit=100)
        areas = info.context.office.areas
        hits = areas.search(wanted) if wanted else []
        return [PlaceHit.of(areas, hit) for hit in hits]

    @field_for(OFFICER, most=60)
    def units(self, info: Info) -> list[Unit]:
        """Every unit an order may go to."""
        known = info.context.office.of(Library).units.values()
        return [Unit.of(unit) for unit in known]

    @field_for(OFFICER, CITIZEN)
    def matters(self, info: Info, search: str = "", first: int = 20, chosen_from: str = "") -> list[Matter]:
        """By name, code, old code, keyword or pinyin initials; the common ones first.

        `chosenFrom` is what an order says of itself; without it, what holds.
        """
        wanted = clean_line(search, field="search", limit=50)
        found = info.context.office.of(Library).shown(chosen_from).search(wanted, bounded(first))
        return [Matter.of(entry) for entry in found]

    @field_for(OFFICER, most=10)
    def filing_rules(self, info: Info, matter_code: str, chosen_from: str = "") -> list[FilingRule]:
        """The conditions under which a matter becomes a case; the usual one first. See `matters`."""
        catalogue = info.context.office.of(Library).shown(chosen_from)
        return [FilingRule.of(rule) for rule in catalogue.rules_for(matter_code)]
