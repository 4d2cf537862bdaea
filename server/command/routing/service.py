"""Routes at work: what a suggestion becomes, and rules that switch themselves off when somebody is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from server.command.library import Library
from server.command.routing.rules import Facts, Route, Routes
from server.command.routing.tables import RouteFault
from server.identity.queries import staff_numbers_of
from server.kernel.actors import SYSTEM
from server.kernel.calendar import TimeUnit
from server.platform.read import Reader
from server.platform.work import Office, Work

KIND = "routing"
MOMENT = timedelta(seconds=1)


def facts(
    office: Office, *, matter: str, area: str, at: Any, text: str, source: str,
    answers: Sequence[Mapping[str, str]],
) -> Facts:  # fmt: skip
    """What is known of a case; whether the office was open is asked of the calendar that holds, and answers
    count as long as the catalogue offers them."""
    open_then = office.calendar.elapsed(at, at + MOMENT, TimeUnit.WORK_HOUR) > 0
    asks = office.of(Library).catalogue.asks
    said = {one["code"]: one["answer"] for one in answers if asks(one["code"], one["answer"])}
    return Facts(matter, area, at, open_then, text, source, said)


def pick(office: Office, known: Facts) -> Route | None:
    """The rule that decides; None leaves it to the matrix."""
    return office.of(Routes).pick(known, office.of(Library).units)


def routed(office: Office, library: Library, suggestion: Mapping[str, Any], **known: Any) -> dict[str, Any]:
    """The suggestion with the units the rules name; the rule that chose the best one is kept with its inputs.

    What an arbiter ruled stands above the rules. `library` says whose duty the rest is; `known` are area, at,
    text, source and answers of the case.
    """
    found = dict(suggestion)
    found.pop("routed", None)
    if best := suggestion.get("best"):
        case = facts(office, matter=best["matter"], **known)
        if not best.get("ruled") and (rule := pick(office, case)):
            found["best"] = {**best, "unit": rule.unit}
            found["routed"] = _kept(office, rule, case)
        else:
            found["best"] = {**best, "unit": _by_matrix(library, best, known["area"])}
    found["alternatives"] = [
        _option(office, library, option, known) for option in suggestion.get("alternatives", ())
    ]
    return found


def settled(
    office: Office, suggestion: Mapping[str, Any], case: Facts, rule: Route | None, unit_id: str
) -> dict[str, Any]:
    """As it is kept once a person chose the unit: with the rule when it names that unit, else without."""
    chosen = {key: value for key, value in suggestion.items() if key != "routed"}
    return chosen | {"routed": _kept(office, rule, case)} if rule and rule.unit == unit_id else chosen


def words_of(suggestion: Mapping[str, Any]) -> str:
    """The rule that chose, for the record: its number and name; "" when none did."""
    by = suggestion.get("routed")
    return f"{by['no']} {by['name']}" if by else ""


def _kept(office: Office, rule: Route, case: Facts) -> dict[str, Any]:
    return {"edition": office.of(Routes).edition, "no": rule.no, "name": rule.name, "unit": rule.unit,
            "person": rule.person, "inputs": case.kept()}  # fmt: skip


def _option(
    office: Office, library: Library, option: Mapping[str, str], known: Mapping[str, Any]
) -> dict[str, str]:
    rule = pick(office, facts(office, matter=option["matter"], **known))
    return {**option, "unit": rule.unit if rule else _by_matrix(library, option, known["area"])}


def _by_matrix(library: Library, option: Mapping[str, str], area: str) -> str:
    return library.matrix.unit_for(option["matter"], area).id


async def look_after(office: Office) -> int:
    """Skip the rules whose unit, person or answer is gone, in this process, and report each of them once."""
    routes, library = office.of(Routes), office.of(Library)
    named = {rule.person for rule in routes.rules if rule.person}
    serving = await staff_numbers_of(office.read, named, now=office.clock()) if named else {}
    gone = {rule.no: lack for rule in routes.rules if (lack := _lacks(rule, library, serving))}
    if routes.gone == gone.keys():
        return 0
    async with office.work(SYSTEM) as work:
        rows = select(RouteFault).where(RouteFault.edition == routes.edition).with_for_update()
        known = {row.no: row for row in await work.session.exec(rows)}
        for rule in routes.rules:
            row = known.get(rule.no)
            if rule.no in gone and (row is None or row.ended_at):
                what, value = gone[rule.no]
                if row is None:
                    row = RouteFault(edition=routes.edition, no=rule.no, name=rule.name, what=what,
                                     value=value, at=work.now)  # fmt: skip
                row.what, row.value, row.at, row.ended_at = what, value, work.now, None
                work.session.add(row)
                _note(work, "disable", routes, rule, {"what": what, "value": value})
            elif rule.no not in gone and row is not None and row.ended_at is None:
                row.ended_at = work.now
                _note(work, "enable", routes, rule, {})
    office.tools[Routes] = replace(routes, gone=frozenset(gone))
    return 0  # nothing is left for another turn of the job


def _lacks(rule: Route, library: Library, serving: Mapping[str, str]) -> tuple[str, str] | None:
    """What the rule names and nobody finds: what it is, and how it is called; None when all is there."""
    if rule.unit not in library.units:
        return "unit", rule.unit
    if rule.person and serving.get(rule.person) != rule.unit:
        return "person", rule.person
    asks = library.catalogue.asks
    lost = next((answer for answer in rule.answers if not asks(rule.question, answer)), None)
    return ("answer", f"{rule.question} {lost}") if lost else None


def _note(work: Work, verb: str, routes: Routes, rule: Route, detail: Mapping[str, str]) -> None:
    work.record(f"{KIND}.{verb}", KIND, f"{routes.edition}/{rule.no}", area=work.office.settings.district,
                detail={"name": rule.name, **detail})  # fmt: skip


async def faults(read: Reader, edition: int) -> Sequence[RouteFault]:
    """The rules of an edition that are switched off now, in their order."""
    rows = select(RouteFault).where(RouteFault.edition == edition, col(RouteFault.ended_at).is_(None))
    return await read.lines(rows.order_by(col(RouteFault.no)))
