"""Who may see which field: three schemas as one table. `python -m tests.contract.fields` writes it anew."""

import json
from collections import defaultdict
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType

from server.schemas import build

WRITTEN = Path(__file__).with_name("fields.json")


def audiences() -> dict[str, list[str]]:
    """`Type.field` (or `Enum.VALUE`, or `Input.field`) → the roles whose schema has it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for role, schema in sorted(build().items()):
        for name, kind in schema._schema.type_map.items():
            if name.startswith("__"):
                continue
            if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
                members = [*kind.fields]
            else:
                members = [*kind.values] if isinstance(kind, GraphQLEnumType) else []
            for member in members:
                found[f"{name}.{member}"].append(role)
    return dict(sorted(found.items()))


def written() -> dict[str, list[str]]:
    """The table as it was reviewed."""
    table: dict[str, list[str]] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return table


if __name__ == "__main__":
    rows = [f"  {json.dumps(member)}: {json.dumps(roles)}" for member, roles in audiences().items()]
    WRITTEN.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
