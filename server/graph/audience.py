"""Which role may see which field. Decided when a schema is built, not per request."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from server.graph.context import Context, Info
from server.graph.documents import Admission, Documents
from server.graph.errors import settle
from server.graph.limits import DEFAULT_LIMITS, Limits
from server.graph.scalars import SCALARS
from server.graph.views import marks
from server.kernel.actors import Role

F = TypeVar("F", bound=Callable[..., Any])
_KEY = "audience"


def audience(*roles: Role) -> dict[str, Any]:
    """For plain attributes: `phone: str = strawberry.field(metadata=audience(LEADER))`."""
    return {_KEY: frozenset(roles)}


def field_for(
    *roles: Role, most: int | None = None, needs: Iterable[str] | None = None, personal: bool = False,
    **rest: Any,
) -> Callable[[F], F]:  # fmt: skip
    """A resolver only `roles` can ask for, or whoever sees its type when none is named.

    `most` is how many entries its list can hold, when the cost rule should not reckon with the usual ten.
    `needs` promises which columns of its row it reads; without it, it is given the whole row.
    `personal` says that the answer depends on who asks, so that nobody else is handed it.
    The `rest` goes to `strawberry.field`.
    """
    metadata = marks(most=most, needs=needs, personal=personal) | (audience(*roles) if roles else {})
    return cast(Callable[[F], F], strawberry.field(metadata=metadata, **rest))


def mutation_for(*roles: Role, **rest: Any) -> Callable[[F], F]:
    """A mutation only `roles` can ask for."""
    return cast(Callable[[F], F], strawberry.mutation(metadata=audience(*roles), **rest))


def subscription_for(*roles: Role, **rest: Any) -> Callable[[F], F]:
    """A subscription only `roles` can ask for."""
    return cast(Callable[[F], F], strawberry.subscription(metadata=audience(*roles), **rest))


class RoleSchema(strawberry.Schema):
    """A schema that holds only what is meant for one role. The rest does not exist.

    An output field takes its own audience, else its type's `seen_by`. One with neither raises TypeError
    here, so the server does not start. `closed` refuses introspection and makes no suggestions.
    """

    def __init__(
        self, role: Role, query: type, mutation: type | None = None, subscription: type | None = None,
        *, closed: bool = False, limits: Limits = DEFAULT_LIMITS, for_print: bool = False,
    ) -> None:  # fmt: skip
        """`for_print` sorts it. Such a schema must not run: sorting rebuilds the enums, and resolvers would
        be handed bare strings instead of members."""
        self.role, self.closed = role, closed
        super().__init__(
            query, self._unless_empty(mutation), self._unless_empty(subscription),
            config=StrawberryConfig(sort_schema=for_print, scalar_map=SCALARS, info_class=Info),
            extensions=[lambda: Admission(self.documents)],
        )  # fmt: skip
        self.documents = Documents(self._schema, limits, closed=closed)

    def _unless_empty(self, root: type | None) -> type | None:
        """GraphQL knows no root without fields: a role without mutations has no Mutation."""
        return root if root and self.get_fields(get_object_definition(root, strict=True)) else None

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """Strawberry asks this of every type it converts, so nothing slips past."""
        fields = super().get_fields(type_definition)
        if type_definition.is_input:  # hiding a required input would hand resolvers None
            return fields
        return [f for f in fields if self.role in self._audience(type_definition, f)]

    def _audience(self, owner: StrawberryObjectDefinition, field: StrawberryField) -> frozenset[Role]:
        own = field.metadata.get(_KEY, getattr(owner.origin, "seen_by", None))
        if own is None:
            raise TypeError(f"{owner.name}.{field.python_name} names no audience")
        return frozenset(own)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Give every error its code. Only bugs are logged: a refusal is the system working."""
        for error in errors:
            settle(error, suggest=not self.closed)


class SchemaByRole:
    """Looks like one schema to the transports; hands each operation to the actor's own.

    Every operation runs in a context of its own, also on a websocket, where many share one connection.
    """

    def __init__(self, by_role: Mapping[Role, RoleSchema]) -> None:
        self._by_role = by_role

    async def execute(self, query: str | None, *, context_value: Context, **rest: Any) -> ExecutionResult:
        """Run a query or mutation. Raises Unauthenticated without an actor."""
        mine = self._by_role[context_value.actor.role]
        return await mine.execute(query, context_value=context_value.fresh(), **rest)

    async def stream(self, query: str | None, *, context_value: Context, **rest: Any) -> StreamResult:
        """Run any operation and stream its results. Raises Unauthenticated without an actor."""
        mine = self._by_role[context_value.actor.role]
        return await mine.stream(query, context_value=context_value.fresh(), **rest)
