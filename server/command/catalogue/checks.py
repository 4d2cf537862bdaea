"""What makes an edition of the catalogue unfit: pure, over rows with their lines."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from server.command.catalogue import plan
from server.command.catalogue.entries import Matter
from server.command.catalogue.files import CODE_LENGTH
from server.platform.sheets import Fault
from server.platform.tabular import Lines, Row

OF_COMPONENTS: Final = "05"  # the last category whose matters are components and a suffix
HIGHEST_LOCAL: Final = 999  # a city counts down from here, so that national additions never collide
FREELY_NUMBERED: Final = "SG"  # social governance: a name space of the city's own
MOST_QUESTIONS, MOST_ANSWERS = 3, 8  # of a matter, of a question
QUESTION_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
WHOLE: Final = 0  # the line of a fault that no line is to blame for


@dataclass(frozen=True, slots=True)
class Known:
    """What an edition is checked against: what holds now, and what its cells may name."""

    matters: Mapping[str, Matter]
    components: Mapping[str, Matter]
    units: Collection[str]
    is_area: Callable[[str], bool]
    has_unit: Callable[[str], bool]  # whether the matrix sends such a matter to somebody
    suffix: str  # of a component's matter: 异常


def faults(known: Known, lines: Lines) -> Iterator[Fault]:
    """Everything wrong beyond single cells."""
    matters, components = lines.get(plan.MATTERS, ()), lines.get(plan.COMPONENTS, ())
    yield from _entries(plan.MATTERS, matters, known.matters)
    yield from _entries(plan.COMPONENTS, components, known.components)
    names = {row["code"]: row["name"] for _, row in matters}
    for line, row in components:
        if names.get(row["code"]) != row["name"] + known.suffix:
            yield Fault(line, "code", "COMPONENT_MATTER", row["name"] + known.suffix, plan.COMPONENTS)
    things = {row["code"] for _, row in components}
    for line, row in matters:
        if row["code"][:2] <= OF_COMPONENTS and row["code"] not in things:
            yield Fault(line, "code", "NO_COMPONENT", row["code"], plan.MATTERS)
    yield from _rules(known, lines.get(plan.RULES, ()), names)
    ruled = {row["matter_code"] for _, row in lines.get(plan.RULES, ())}
    for line, row in matters:
        if row["code"] not in ruled:
            yield Fault(line, "code", "NO_RULE", row["code"], plan.MATTERS)
        if not known.has_unit(row["code"]):
            yield Fault(line, "code", "NO_UNIT", row["code"], plan.MATTERS)
    yield from _questions(lines.get(plan.QUESTIONS, ()), names)
    yield from _approvals(known, lines.get(plan.IN_GRID, ()), names)
    yield from _controls(known, lines.get(plan.CONTROLS, ()), names)


def next_local(category: str, codes: Iterable[str]) -> str:
    """The number the city gives next in a category, counting down: 06996."""
    taken = {int(code[2:]) for code in codes if code[:2] == category and code[2:].isdecimal()}
    local = HIGHEST_LOCAL
    while local in taken:
        local -= 1
    return f"{category}{local:03}"


def _entries(sheet: str, rows: Iterable[tuple[int, Row]], known: Mapping[str, Matter]) -> Iterator[Fault]:
    """A code keeps its name for ever: cases are filed under it. What is not wanted any more is retired."""
    categories = {matter.category_code: matter.category for matter in known.values()}
    taken, seen = set(known), set()
    # new numbers are checked from the top down, as they are given
    for line, row in sorted(rows, key=lambda each: each[1]["code"], reverse=True):
        code, is_local = row["code"], row["is_local_extension"] == plan.YES
        seen.add(code)
        was = known.get(code)
        if was is not None:
            if row["name"] != was.name:
                yield Fault(line, "name", "NAME_STANDS", was.name, sheet)
            if is_local != (was.is_local_extension or _is_local(was)):
                yield Fault(line, "is_local_extension", "NATIONAL_STANDS", code, sheet)
            continue
        category = code[:2]
        if len(code) != CODE_LENGTH or not code[2:].isdecimal() or category not in categories:
            yield Fault(line, "code", "NOT_A_CODE", code[:40], sheet)
        elif row["category"] != categories[category]:
            yield Fault(line, "category", "OTHER_CATEGORY", categories[category], sheet)
        elif not is_local:
            yield Fault(line, "is_local_extension", "NOT_NATIONAL", code, sheet)
        elif category != FREELY_NUMBERED and code != (free := next_local(category, taken)):
            yield Fault(line, "code", "NOT_NEXT", free, sheet)
        taken.add(code)
    for code in known.keys() - seen:
        yield Fault(WHOLE, "code", "CODE_GONE", f"{code} {known[code].name}", sheet)


def _is_local(component: Matter) -> bool:
    return component.code[2:].isdecimal() and int(component.code[2:]) > HIGHEST_LOCAL // 2


def _rules(known: Known, rows: Iterable[tuple[int, Row]], names: Mapping[str, str]) -> Iterator[Fault]:
    for line, row in rows:
        if row["matter_code"] not in names:
            yield Fault(line, "matter_code", "UNKNOWN_MATTER", row["matter_code"][:40], plan.RULES)
        if not row["no"].isdecimal() or len(row["no"]) > 2:
            yield Fault(line, "no", "NOT_A_RULE_NUMBER", row["no"][:40], plan.RULES)
        for column in ("responsible_org", "supervising_org"):
            yield from _unit(known, line, column, row, plan.RULES)


def _questions(rows: Iterable[tuple[int, Row]], names: Mapping[str, str]) -> Iterator[Fault]:
    """Few questions with few answers: they are read standing in the street."""
    asked = Counter[str]()
    for line, row in rows:
        answers = plan.listed(row["answers"])
        if not QUESTION_CODE.fullmatch(row["code"]):
            yield Fault(line, "code", "NOT_A_QUESTION_CODE", row["code"][:40], plan.QUESTIONS)
        if not 2 <= len(answers) <= MOST_ANSWERS or len(set(answers)) < len(answers):
            yield Fault(line, "answers", "FEW_ANSWERS", row["answers"][:40], plan.QUESTIONS)
        whom = plan.listed(row["matters"])
        for code in whom:
            yield from _prefix(line, "matters", code, names, plan.QUESTIONS)
        covered = [code for code in names if code.startswith(whom)]
        asked.update(covered)
        if crowded := next((code for code in covered if asked[code] > MOST_QUESTIONS), ""):
            yield Fault(line, "matters", "TOO_MANY_QUESTIONS", f"{crowded} {names[crowded]}", plan.QUESTIONS)


def _approvals(known: Known, rows: Iterable[tuple[int, Row]], names: Mapping[str, str]) -> Iterator[Fault]:
    for line, row in rows:
        yield from _prefix(line, "matter_code", row["matter_code"], names, plan.IN_GRID)
        yield from _unit(known, line, "owner", row, plan.IN_GRID)
        if bool(row.get("limit_value")) != bool(row.get("limit_unit")):
            yield Fault(line, "limit_unit", "BOTH_OR_NONE", "", plan.IN_GRID)


def _controls(known: Known, rows: Iterable[tuple[int, Row]], names: Mapping[str, str]) -> Iterator[Fault]:
    for line, row in rows:
        for code in plan.listed(row["matters"]):
            yield from _prefix(line, "matters", code, names, plan.CONTROLS)
        if not known.is_area(row["area"]):
            yield Fault(line, "area", "UNKNOWN_AREA", row["area"][:40], plan.CONTROLS)
        if set(row.get("weekdays", "")) - set("1234567"):
            yield Fault(line, "weekdays", "NOT_WEEKDAYS", row["weekdays"][:40], plan.CONTROLS)
        if bool(row.get("from_time")) != bool(row.get("until_time")):
            yield Fault(line, "until_time", "BOTH_OR_NONE", "", plan.CONTROLS)


def _prefix(line: int, column: str, code: str, names: Iterable[str], sheet: str) -> Iterator[Fault]:
    if not any(name.startswith(code) for name in names):
        yield Fault(line, column, "UNKNOWN_MATTER", code[:40], sheet)


def _unit(known: Known, line: int, column: str, row: Row, sheet: str) -> Iterator[Fault]:
    if (unit := row.get(column, "")) and unit not in known.units:
        yield Fault(line, column, "UNKNOWN_UNIT", unit[:40], sheet)
