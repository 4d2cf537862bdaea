"""The plans of one operation: one for each answer to the variables that steer @skip and @include."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

from server.graph.plan.plan import Plan
from server.graph.plan.shape import NotCompilable, Reason, Shape, steering
from server.platform.watch import watch

MOST_FLAGS = 6  # so at most 64 plans of one operation

fallbacks: Counter[str] = Counter()
"""How often an operation was left to graphql-core, by reason, since the process began."""

watch.counted(
    "sanwei_plan_fallbacks", "Operations left to graphql-core.", lambda: fallbacks, label="reason"
)  # fmt: skip


class Plans:
    """Compiles when first asked. Two tasks that race for one plan only waste one compilation."""

    def __init__(
        self, schema: strawberry.Schema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        """`document` has been validated against `schema` and holds `operation`."""
        self.operation = operation
        self.reason: Reason | None = None
        """Why none of it can be compiled."""
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._flags: tuple[str, ...] = ()
        self._plans: dict[tuple[bool, ...], Plan] = {}
        try:
            self._flags = steering(document)
            if len(self._flags) > MOST_FLAGS:
                raise NotCompilable(Reason.MANY_FLAGS)
        except NotCompilable as refusal:
            self.reason = refusal.reason

    def pick(self, coerced: Mapping[str, Any]) -> Plan | None:
        """The plan for these variables; None, which is counted, when graphql-core has to do it."""
        reason = self.reason
        if reason is None:
            answers = [coerced.get(name) for name in self._flags]
            if None not in answers:
                try:
                    return self._plan(tuple(map(bool, answers)))
                except NotCompilable as refusal:
                    self.reason = refusal.reason
            reason = self.reason or Reason.NULL_FLAG
        fallbacks[reason] += 1
        return None

    def _plan(self, answers: tuple[bool, ...]) -> Plan:
        plan = self._plans.get(answers)
        if plan is None:
            flags = dict(zip(self._flags, answers, strict=True))
            shape = Shape(self._schema._schema, self.operation, self._fragments, flags)
            plan = self._plans[answers] = Plan(shape, self._schema.schema_converter)
        return plan
