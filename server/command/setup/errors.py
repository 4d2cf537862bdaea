"""Refusals of 配置台 itself."""

from server.kernel.errors import BadInput, CityError


class UnknownColumn(BadInput):
    """The sheet has no such column."""

    code = "UNKNOWN_COLUMN"


class NoTables(CityError):
    """This kind of edition is not made of tables: there is no CSV or XLSX of it, and no row to edit."""

    code = "NO_TABLES"
