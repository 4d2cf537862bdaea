"""The catalogue as tables: what a clerk sees in 配置台 and in his spreadsheet."""

from collections.abc import Iterable
from typing import Final

from server.command.catalogue import files
from server.command.catalogue.legacy import old_code
from server.kernel.calendar import TimeUnit
from server.platform.tabular import Column, Form, Row, Sheet, Tables

COMPONENTS, MATTERS, RULES, IN_GRID, CONTROLS = "components", "matters", "rules", "in_grid", "controls"
QUESTIONS = "questions"
YES, NO = "yes", "no"
YES_NO: Final = (YES, NO)
UNITS: Final = tuple(unit.name for unit in TimeUnit)
LISTED: Final = "、"
APPROVED: Final = "approved"
STATUSES: Final = (APPROVED, "applied", "not_approved")

SHEETS: Final = (
    Sheet(MATTERS, (
        Column("code", needed=True), Column("name", needed=True), Column("category", needed=True),
        Column("old_code"), Column("is_local_extension", needed=True, choices=YES_NO), Column("keywords"),
        Column("common", form=Form.NUMBER), Column("retired", choices=YES_NO),
    ), key=("code",)),
    Sheet(RULES, (
        Column("matter_code", needed=True), Column("no", needed=True), Column("condition", needed=True),
        Column("limit_value", needed=True, form=Form.NUMBER),
        Column("limit_unit", needed=True, choices=UNITS),
        Column("close_condition", needed=True), Column("responsible_org"), Column("supervising_org"),
        Column("legal_basis"), Column("collection_notes"), Column("words"),
        Column("is_default", choices=YES_NO),
    ), key=("matter_code", "no")),
    Sheet(QUESTIONS, (
        Column("code", needed=True), Column("matters", needed=True), Column("words", needed=True),
        Column("answers", needed=True),
    ), key=("code",)),
    Sheet(IN_GRID, (
        Column("matter_code", needed=True), Column("status", needed=True, choices=STATUSES),
        Column("effective_from", form=Form.DAY), Column("owner"), Column("levels"), Column("officer_duty"),
        Column("workflow"), Column("limit_value", form=Form.NUMBER), Column("limit_unit", choices=UNITS),
        Column("data_share_ref"),
    ), key=("matter_code",)),
    Sheet(CONTROLS, (
        Column("no", needed=True), Column("matters", needed=True), Column("area", needed=True),
        Column("weekdays"), Column("from_time", form=Form.TIME), Column("until_time", form=Form.TIME),
        Column("from_on", form=Form.DAY), Column("until_on", form=Form.DAY), Column("reason", needed=True),
    ), key=("no",)),
    Sheet(COMPONENTS, (
        Column("code", needed=True), Column("name", needed=True), Column("category", needed=True),
        Column("old_code"), Column("is_local_extension", needed=True, choices=YES_NO),
        Column("retired", choices=YES_NO),
    ), key=("code",)),
)  # fmt: skip


def listed(cell: str) -> tuple[str, ...]:
    """The words of a cell, which people part by any comma."""
    words = cell.replace(",", LISTED).replace("，", LISTED).split(LISTED)
    return tuple(word.strip() for word in words if word.strip())


def shipped(national: files.National, local: files.Local, rules: files.Rules) -> Tables:
    """The files of the product as tables; what they say of many matters at once stands at each.

    Raises ValueError where the files contradict each other.
    """
    suffix = national.component_matter_suffix
    components = _entries(national.components, local=False)
    common = {code: str(place) for place, code in enumerate(local.common, 1)}
    matters = [
        {**row, "common": common.pop(row["code"], "")}
        for row in (
            *({**row, "name": row["name"] + suffix} for row in components),
            *_entries(national.matters, local=False), *_entries(local.matters, local=True),
        )
    ]  # fmt: skip
    codes = [row["code"] for row in matters]
    named = {*common, *(code for code in local.in_grid if len(code) == files.CODE_LENGTH)}
    if strangers := named - set(codes):
        raise ValueError(f"not in the catalogue: {sorted(strangers)}")
    approvals = [
        {"matter_code": code, "status": APPROVED if yes else "not_approved"}
        for code, yes in local.in_grid.items()
    ]
    questions = [
        {"code": row.code, "matters": LISTED.join(row.matters), "words": row.words,
         "answers": LISTED.join(row.answers)} for row in local.questions
    ]  # fmt: skip
    return {MATTERS: matters, RULES: list(_rules(rules, codes)), QUESTIONS: questions, IN_GRID: approvals,
            CONTROLS: [], COMPONENTS: components}  # fmt: skip


def completed(tables: Tables, suffix: str) -> Tables:
    """With the matter of each component, and for a matter without a rule its category's usual one."""
    matters, rules = [*tables[MATTERS]], [*tables[RULES]]
    known, ruled = {row["code"] for row in matters}, {row["matter_code"] for row in rules}
    for row in tables[COMPONENTS]:
        if row.get("code") not in known:
            same = {name: row.get(name, "") for name in ("code", "category", "is_local_extension")}
            matters.append({**same, "name": row.get("name", "") + suffix})
    usual = {row["matter_code"][:2]: row for row in rules if row.get("is_default") == YES}
    for row in matters:
        code = row.get("code", "")
        if code not in ruled and (rule := usual.get(code[:2])):
            rules.append({**rule, "matter_code": code})
    return {**tables, MATTERS: matters, RULES: rules}


def _entries(categories: Iterable[files.Category], *, local: bool) -> list[Row]:
    return [
        {
            "code": of.code + item, "name": name, "category": of.name,
            "old_code": "" if local else old_code(of.code + item),
            "is_local_extension": YES if local else NO,
        }
        for of in categories for item, name in of.items.items()
    ]  # fmt: skip


def _rules(rules: files.Rules, codes: Iterable[str]) -> Iterable[Row]:
    """By matter, in order of their numbers; a default serves a matter that no other group names."""
    found: dict[str, dict[int, Row]] = {code: {} for code in codes}
    for group in sorted(rules.groups, key=lambda group: group.default):
        for code in [code for code in group.covers(found) if not (group.default and found[code])]:
            for row in group.rules:
                if row.no in found[code]:
                    raise ValueError(f"two filing rules {code}-{row.no}")
                found[code][row.no] = {
                    "matter_code": code, "no": str(row.no), "condition": row.condition,
                    "limit_value": f"{row.limit_value:g}", "limit_unit": row.limit_unit,
                    "close_condition": row.close_condition, "collection_notes": row.collection_notes,
                    "words": LISTED.join(row.words),
                    "is_default": YES if group.default else NO,
                }  # fmt: skip
    if without := [code for code, by_no in found.items() if not by_no]:
        raise ValueError(f"no filing rule for {without}")
    return [by_no[no] for by_no in found.values() for no in sorted(by_no)]
