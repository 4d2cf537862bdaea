"""Keeps editions of the kind `routing`: the rules in their order, as a table."""

import re
from collections.abc import Iterator
from typing import Final

from server.command.catalogue.plan import listed
from server.command.library import Library
from server.command.orders.rules import OrderSource
from server.command.routing.rules import Route, RouteHours, Routes
from server.kernel.errors import NotFound
from server.platform.editions import Keeper
from server.platform.sheets import Fault
from server.platform.tabular import Column, Form, Lines, Row, Sheet, Tabular, from_json, to_json
from server.platform.work import Office

KIND: Final = "routing"
RULES: Final = "rules"
DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
SHEETS: Final = (
    Sheet(RULES, (
        Column("no", needed=True, form=Form.NUMBER), Column("name", needed=True), Column("matter_code"),
        Column("area"), Column("hours", choices=tuple(RouteHours)), Column("first"), Column("last"),
        Column("words"), Column("source", choices=tuple(OrderSource)), Column("question"),
        Column("answers"), Column("unit", needed=True), Column("person"),
    ), key=("no",)),
)  # fmt: skip


def routes_of(content: bytes, edition: int = 0) -> Routes:
    """The rules of an edition, in the order of their numbers."""
    rows = from_json(content).get(RULES, ())
    rules = [
        Route(
            no=int(float(row["no"])), name=row["name"], unit=row["unit"], matter=row.get("matter_code", ""),
            area=row.get("area", ""), hours=row.get("hours", ""), first=row.get("first", ""),
            last=row.get("last", ""), words=listed(row.get("words", "")), source=row.get("source", ""),
            question=row.get("question", ""), answers=listed(row.get("answers", "")),
            person=row.get("person", ""),
        ) for row in rows
    ]  # fmt: skip
    return Routes(edition, tuple(sorted(rules, key=lambda rule: rule.no)))


def _take(office: Office, no: int, content: bytes) -> None:
    office.tools[Routes] = routes_of(content, no)


def _mend(office: Office, _sheet: str, column: str, cell: str) -> str:
    """Units may be called by name."""
    return office.of(Library).unit_called(cell) if column == "unit" else cell


def _faults(office: Office, lines: Lines) -> Iterator[Fault]:
    library = office.of(Library)
    codes = [code for code, matter in library.catalogue.matters.items() if not matter.retired]
    for line, row in lines.get(RULES, ()):
        prefix, area = row.get("matter_code", ""), row.get("area", "")
        if not any(code.startswith(prefix) for code in codes):
            yield Fault(line, "matter_code", "UNKNOWN_MATTER", prefix[:40], RULES)
        if area and not _is_area(office, area):
            yield Fault(line, "area", "UNKNOWN_AREA", area[:40], RULES)
        if row["unit"] not in library.units:
            yield Fault(line, "unit", "UNKNOWN_UNIT", row["unit"][:40], RULES)
        yield from _answers(library, line, row)
        for column in ("first", "last"):
            day, other = row.get(column, ""), row.get("last" if column == "first" else "first", "")
            if bool(day) != bool(other) or (day and not DAY.fullmatch(day)):
                yield Fault(line, column, "NOT_A_DAY", day[:40], RULES)


def _answers(library: Library, line: int, row: Row) -> Iterator[Fault]:
    question, answers = row.get("question", ""), listed(row.get("answers", ""))
    if bool(question) != bool(answers):
        yield Fault(line, "answers", "BOTH_OR_NONE", "", RULES)
    elif question and question not in library.catalogue.questions:
        yield Fault(line, "question", "UNKNOWN_QUESTION", question[:40], RULES)
    else:
        for answer in answers:
            if not library.catalogue.asks(question, answer):
                yield Fault(line, "answers", "UNKNOWN_ANSWER", answer[:40], RULES)


def _is_area(office: Office, code: str) -> bool:
    try:
        office.areas.by_code(code)
    except NotFound:
        return False
    return True


KEEPER = Keeper(
    check=lambda _office, _content: {}, take=_take, tabular=Tabular(SHEETS, _faults, mend=_mend),
    shipped=lambda: to_json({RULES: []}),
)  # fmt: skip
