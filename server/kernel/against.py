"""Whom a complaint is about, written as marks: neither he, nor his unit, nor his line may learn of it.

A row keeps `|person:<id>|unit:<id>|line:<street>|`, or "" when nobody is complained about. His line is, for
whoever works in a street, everybody whose post ends there: colleagues, the street's dispatcher, its leader.
"""

from collections.abc import Iterable

from server.kernel.actors import Actor

STREET = 9  # digits of a street's code


def about(*, people: Iterable[str] = (), units: Iterable[str] = (), areas: Iterable[str] = ()) -> str:
    """The marks of those complained about; an area wider than a street is nobody's line."""
    lines = {area[:STREET] for area in areas if len(area) >= STREET}
    known = {"person": {*people}, "unit": {*units}, "line": lines}
    marks = sorted(f"{kind}:{id}" for kind, ids in known.items() for id in ids if id)
    return "|".join(["", *marks, ""]) if marks else ""


def named(kind: str, against: str) -> set[str]:
    """The ids of one kind that the marks name: person, unit or line."""
    pairs = (mark.split(":", 1) for mark in against.split("|") if mark)
    return {id for what, id in pairs if what == kind}


def person_mark(id: str) -> str:
    """What is kept when a complaint is about this person."""
    return f"|person:{id}|"


def unit_mark(id: str) -> str:
    """What is kept when a complaint is about this unit."""
    return f"|unit:{id}|"


def line_mark(area: str) -> str:
    """What is kept when a complaint is about somebody of this area's street."""
    return f"|line:{area[:STREET]}|"


def bars(actor: Actor, against: str) -> bool:
    """Whether the actor is one of them. `orders.queries.unbarred` asks the same of the store."""
    marks = (person_mark(actor.id), unit_mark(actor.unit_id), line_mark(actor.area))
    return against != "" and (
        any(mark in against for mark in marks) or person_mark(actor.deputy_of) in against
    )
