"""How values that are not plain JSON travel."""

from datetime import UTC, datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition


def written(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, e.g. 2026-03-02T01:00:00.000Z. A naive time raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read(text: Any) -> datetime:
    """The instant, in UTC. Raises GraphQLError for anything but ISO 8601 with an offset."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo:
            return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GraphQLError("DateTime must be ISO 8601 with an offset.")


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant: ISO 8601, answered in UTC.",
        serialize=written,
        parse_value=read,
    )
}
