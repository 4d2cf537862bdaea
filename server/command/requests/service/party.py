"""Whom a complaint is about: found by the card, by a search, or in what was typed."""

from dataclasses import dataclass

from server.command.library import Library
from server.identity.queries import Posted, posted
from server.kernel.actors import Post
from server.kernel.against import about
from server.kernel.errors import BadInput
from server.platform.work import Work

UNIT, PERSON = "unit:", "person:"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody a complaint may be about. `key` is what a form sends back."""

    key: str
    name: str
    unit_id: str = ""
    post: Post | None = None


async def marks(work: Work, key: str, text: str) -> str:
    """The marks of a party that was picked, or of everybody whose full name stands in the text.

    "" when nobody is complained about, or nobody known. Raises BadInput for a key nobody has.
    """
    units = work.office.of(Library).units
    if key.startswith(UNIT):
        if key.removeprefix(UNIT) not in units:
            raise BadInput(field="againstKey")
        return about(units={key.removeprefix(UNIT)})
    if key:
        found = await posted(work.session, work.now, id=key.removeprefix(PERSON))
        if not key.startswith(PERSON) or not found:
            raise BadInput(field="againstKey")
        return _of(found, set())
    if not text:
        return ""
    return _of(
        await posted(work.session, work.now, named_in=text),
        {id for id, unit in units.items() if unit.name in text},
    )


def _of(people: list[Posted], units: set[str]) -> str:
    """A person, his unit and his line; units named beside him."""
    return about(
        people={each.id for each in people}, units=units | {each.unit_id for each in people},
        areas={each.area for each in people},
    )  # fmt: skip
