"""Which operations a schema agrees to run. Each text is parsed and validated once and then remembered."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from server.graph.errors import TooSlow
from server.graph.limits import Limits, refusals

REMEMBERED = 256  # documents per schema; the apps together have fewer


class Documents:
    """What one schema runs. `closed` refuses introspection."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, closed: bool) -> None:
        self.limits = limits
        self._schema = schema
        self._rules = (*specified_rules, *([NoSchemaIntrospectionCustomRule] if closed else []))
        self._accepted: dict[str, DocumentNode] = {}

    def parsed(self, text: str) -> DocumentNode | None:
        """The document of a text that was accepted before."""
        return self._accepted.get(text)

    def refusals(self, text: str, document: DocumentNode, variables: Mapping[str, Any]) -> list[GraphQLError]:
        """Why this may not run, or nothing. The weight is taken each time: variables size the lists."""
        errors = refusals(self._schema, document, variables, self.limits)
        if errors or text in self._accepted:
            return errors
        errors = validate_document(self._schema, document, self._rules)
        if not errors:
            if len(self._accepted) >= REMEMBERED:
                del self._accepted[next(iter(self._accepted))]
            self._accepted[text] = document
        return errors


class Admission(SchemaExtension):
    """Puts `Documents` and the deadline around one operation.

    Its hooks never raise before the operation runs: outside execution Strawberry would lose the error
    of a subscription.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def on_operation(self) -> Iterator[None]:
        """Cap the tokens."""
        self.execution_context.parse_options["max_tokens"] = self._documents.limits.tokens
        yield

    def on_parse(self) -> Iterator[None]:
        """Take a known document instead of parsing again."""
        self.execution_context.graphql_document = self._documents.parsed(self.execution_context.query or "")
        yield

    def on_validate(self) -> Iterator[None]:
        """Weigh and validate. Strawberry does not validate again once errors are a list."""
        asked = self.execution_context
        assert asked.query and asked.graphql_document
        asked.pre_execution_errors = self._documents.refusals(
            asked.query, asked.graphql_document, asked.variables or {}
        )
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Stop at the deadline."""
        seconds = self._documents.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise TooSlow(limitSeconds=seconds) from None
