"""Which role may see which field. Decided when a schema is built, not per request."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar, cast

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.field import StrawberryField
from strawberry.types.graphql import OperationType

from server.graph import operations
from server.graph.context import Context, Info
from server.graph.documents import Documents, Prepared, Refused
from server.graph.errors import BadQuery, as_graphql, settle
from server.graph.limits import DEFAULT_LIMITS, Limits
from server.graph.operations import Variables
from server.graph.plan.plans import Plans
from server.graph.scalars import SCALARS
from server.graph.trusted import NOBODYS, Trust
from server.graph.views import marks
from server.kernel.actors import Role
from server.platform.watch import watch

F = TypeVar("F", bound=Callable[..., Any])
_KEY = "audience"


def audience(*roles: Role) -> dict[str, Any]:
    """For plain attributes: `phone: str = strawberry.field(metadata=audience(LEADER))`."""
    return {_KEY: frozenset(roles)}


def field_for(
    *roles: Role, most: int | None = None, needs: Iterable[str] | None = None, personal: bool = False,
    reference: bool = False, **rest: Any,
) -> Callable[[F], F]:  # fmt: skip
    """A resolver only `roles` can ask for, or whoever sees its type when none is named.

    `most` is how many entries its list can hold, when the cost rule should not reckon with the usual ten.
    `needs` promises which columns of its row it reads; without it, it is given the whole row.
    `personal` says that the answer depends on who asks, so that nobody else is handed it.
    `reference` says that it is looked up by its columns in what the process knows by heart, so that it is
    asked once for all rows with the same values.
    The `rest` goes to `strawberry.field`.
    """
    metadata = marks(most=most, needs=needs, personal=personal, reference=reference)
    metadata |= audience(*roles) if roles else {}
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
        *, closed: bool = False, limits: Limits = DEFAULT_LIMITS, trust: Trust = NOBODYS,
        for_print: bool = False,
    ) -> None:  # fmt: skip
        """`for_print` sorts it. Such a schema must not run: sorting rebuilds the enums, and resolvers would
        be handed bare strings instead of members."""
        self.role, self.closed = role, closed
        super().__init__(
            query, self._unless_empty(mutation), self._unless_empty(subscription),
            config=StrawberryConfig(sort_schema=for_print, scalar_map=SCALARS, info_class=Info),
        )  # fmt: skip
        self.documents = Documents(self._schema, limits, partial(Plans, self), closed=closed, trust=trust)
        self._seconds = limits.seconds

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

    async def execute(
        self, query: str | None, variable_values: dict[str, Any] | None = None,
        context_value: Any = None, root_value: Any = None, operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:  # fmt: skip
        """Run a query or a mutation, past Strawberry: it has no extension to ask."""
        given = variable_values or {}
        try:
            prepared = self.documents.prepare(query or "", operation_name, given)
            if prepared.kind is OperationType.SUBSCRIPTION:
                raise Refused(as_graphql(BadQuery("A subscription needs a websocket or an event stream.")))
        except Refused as refusal:
            return self._settled(PreExecutionError(None, refusal.errors))
        return await self._run(prepared, given, context_value)

    async def stream(
        self, query: str | None, variable_values: dict[str, Any] | None = None,
        context_value: Any = None, root_value: Any = None, operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:  # fmt: skip
        """Run any operation; a query or a mutation says one thing."""
        return self._told(query, variable_values or {}, context_value, operation_name)

    async def _told(
        self, asked: str | None, given: Variables, context: Any, name: str | None
    ) -> AsyncGenerator[ExecutionResult, None]:
        try:
            prepared = self.documents.prepare(asked or "", name, given)
        except Refused as refusal:
            yield self._settled(PreExecutionError(None, refusal.errors))
            return
        if prepared.kind is not OperationType.SUBSCRIPTION:
            yield await self._run(prepared, given, context)
            return
        events = operations.answers(self._schema, prepared, given, context, self._seconds)
        async with aclosing(events):
            async for event in events:
                yield self._settled(event)

    async def _run(self, prepared: Prepared, given: Variables, context: Any) -> ExecutionResult:
        with watch.operation(prepared.name or "", self.role, prepared.kind.value) as watched:
            result = await operations.answer(self._schema, prepared, given, context, self._seconds)
            if result.errors:
                self._settled(result)
                watched.code = (result.errors[0].extensions or {})["code"]
        return result

    def _settled(self, result: ExecutionResult) -> ExecutionResult:
        """Every error with its code. Only bugs are logged: a refusal is the system working."""
        for error in result.errors or ():
            settle(error, suggest=not self.closed)
        return result


class SchemaByRole:
    """Looks like one schema to the transports; hands each operation to the actor's own.

    Every operation runs in a context of its own, also on a websocket, where many share one connection.
    """

    def __init__(self, by_role: Mapping[Role, RoleSchema]) -> None:
        self._by_role = by_role

    def of(self, role: Role) -> RoleSchema:
        """The schema of a role."""
        return self._by_role[role]

    async def execute(self, query: str | None, *, context_value: Context, **rest: Any) -> ExecutionResult:
        """Run a query or mutation. Raises Unauthenticated without an actor."""
        mine = self._by_role[context_value.actor.role]
        return await mine.execute(query, context_value=context_value.fresh(), **rest)

    async def stream(
        self, query: str | None, *, context_value: Context, **rest: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Run any operation and stream its results. Raises Unauthenticated without an actor."""
        mine = self._by_role[context_value.actor.role]
        return await mine.stream(query, context_value=context_value.fresh(), **rest)
