"""The catalogue among the editions: what fits, what a change means, and how it is put to use."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from server.command.catalogue import checks, files, plan
from server.command.catalogue.book import Catalogue
from server.command.catalogue.legacy import successor
from server.command.library import Library
from server.command.orders import queries as orders
from server.command.routing.rules import Routes
from server.kernel.errors import NotFound
from server.platform.editions import Keeper, Meaning
from server.platform.sheets import Fault
from server.platform.tabular import Lines, Tabular, to_json
from server.platform.work import Office, Work

KIND = "catalogue"
CODES = frozenset({"code", "matter_code"})
ORGS = frozenset({"responsible_org", "supervising_org", "owner"})
SHORT_CODE = 4  # 6010: a spreadsheet took the code for a number and dropped the nought in front


def keeper(data: Path) -> Keeper:
    """For the shelf; `data` holds what the product ships."""

    @cache
    def standard() -> tuple[str, str, str]:
        national, local, _ = files.read(data / "catalogue")
        return national.ref, local.ref, national.component_matter_suffix

    def take(office: Office, no: int, content: bytes) -> None:
        ref, local, _ = standard()
        library = office.of(Library)
        edition = Catalogue.of(
            tabular.tables(content), f"{ref}@{no}", local, library.called, like=library.catalogue
        )
        office.tools[Library] = library.with_catalogue(edition)

    def faults(office: Office, lines: Lines) -> Iterable[Fault]:
        return checks.faults(_known(office, standard()[2]), lines)

    async def foresee(work: Work, content: bytes) -> list[Meaning]:
        now, new = work.office.of(Library).catalogue, Catalogue.of(tabular.tables(content), *standard()[:2])
        stop = sum(rule.stands_in(now) and not rule.stands_in(new) for rule in work.office.of(Routes).rules)
        stops: list[Meaning] = [{"code": "routes_stop", "n": stop}] if stop else []
        keep: Meaning = {"code": "orders_keep", "n": await orders.filed_and_open(work.session)}
        return [*stops, *_meanings(now, new), keep]

    tabular = Tabular(
        plan.SHEETS, faults, mend=_mend, complete=lambda tables: plan.completed(tables, standard()[2])
    )
    return Keeper(
        check=lambda _office, _content: {}, take=take, foresee=foresee, tabular=tabular, every=True,
        shipped=lambda: to_json(plan.shipped(*files.read(data / "catalogue"))),
    )  # fmt: skip


def _known(office: Office, suffix: str) -> checks.Known:
    library = office.of(Library)

    def is_area(code: str) -> bool:
        try:
            office.areas.by_code(code)
        except NotFound:
            return False
        return True

    def has_unit(code: str) -> bool:
        try:
            library.matrix.duty(code, office.areas.district.code)
        except NotFound:
            return False
        return True

    catalogue = library.catalogue
    return checks.Known(
        catalogue.matters, catalogue.components, library.units.keys(), is_area, has_unit, suffix
    )


def _mend(office: Office, _sheet: str, column: str, cell: str) -> str:
    """Old codes become today's, numbers become codes again, and units may be called by name."""
    if column in CODES:
        code = successor(cell)
        return code.zfill(SHORT_CODE + 1) if code.isdecimal() and len(code) == SHORT_CODE else code
    if column in ORGS:
        return office.of(Library).unit_called(cell)
    return cell


def _meanings(now: Catalogue, new: Catalogue) -> Iterator[Meaning]:
    """In figures: whose limits get shorter or longer, and which matters come, go, or leave the grid."""
    before = {rule.id: rule.limit for of in now.rules.values() for rule in of}
    pairs = [
        (before[rule.id].ticks, rule.limit.ticks)
        for of in new.rules.values() for rule in of if rule.id in before
    ]  # fmt: skip
    counted = {
        "limits_shorter": sum(after < limit for limit, after in pairs),
        "limits_longer": sum(after > limit for limit, after in pairs),
        "matters_new": len(new.matters.keys() - now.matters.keys()),
        "matters_retired": sum(
            new.matters[code].retired and not old.retired for code, old in now.matters.items()
        ),
        "matters_enter": sum(new.in_grid(code) and not now.in_grid(code) for code in new.matters),
        "questions_new": len(new.questions.keys() - now.questions.keys()),
        "questions_gone": len(now.questions.keys() - new.questions.keys()),
        "matters_leave": sum(now.in_grid(code) and not new.in_grid(code) for code in now.matters),
    }
    return ({"code": code, "n": n} for code, n in counted.items() if n)
