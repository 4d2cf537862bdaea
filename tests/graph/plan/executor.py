"""The way in through Strawberry: its executor, which runs the plan where there is one."""

from collections import OrderedDict
from typing import Any

from graphql import DocumentNode
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.graph.plan.plans import Plans

KNOWN = "plans"  # the schema's extension that keeps them
REMEMBERED = 256  # operations per schema


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Serves queries, mutations and each event of a subscription. `Schema(execution_context_class=…)`."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The planned answer. An extension that wants to see every field gets graphql-core's."""
        hooked = self.middleware_manager and self.middleware_manager.middlewares
        plan = None if hooked else self._plans().pick(self.variable_values.coerced)
        if plan is None:
            return super().execute_operation(serially)
        return plan.run(self.root_value, self.context_value, self.variable_values, self.operation_extensions)

    def _plans(self) -> Plans:
        known: OrderedDict[int, Plans] = self.schema.extensions.setdefault(KNOWN, OrderedDict())
        plans = known.get(id(self.operation))
        if plans is None or plans.operation is not self.operation:
            document = DocumentNode(definitions=(self.operation, *self.fragment_definitions.values()))
            plans = Plans(self.schema._strawberry_schema, document, self.operation)  # type: ignore[attr-defined]
            known[id(self.operation)] = plans
            if len(known) > REMEMBERED:
                known.popitem(last=False)
        return plans
