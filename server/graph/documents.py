"""Which operations a schema agrees to run. Each is parsed, validated and planned once and then remembered."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document
from strawberry.types.graphql import OperationType

from server.graph.errors import BadQuery, UntrustedDocument, as_graphql
from server.graph.limits import Limits, rows, weighed
from server.graph.trusted import PREFIX, Trust
from server.platform.watch import watch

if TYPE_CHECKING:
    from server.graph.plan.plans import Plans

REMEMBERED = 500  # operations of one schema, besides the trusted ones
SIZES_REMEMBERED = 200  # of one operation's pages

Planner = Callable[[DocumentNode, OperationDefinitionNode], "Plans"]
ADMITTED = watch.counter("sanwei_documents_admitted", "Documents parsed and validated: nobody knew them.")

Key = tuple[str, str | None]


class Refused(Exception):
    """What was asked for will not run; `errors` say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        self.errors = list(errors)


class Prepared:
    """An operation that was found good. Its `plans` come when it is asked for a second time."""

    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, sized_by: frozenset[str]
    ) -> None:
        self.document, self.operation = document, operation
        self.kind = OperationType(operation.operation.value)
        self.name = operation.name.value if operation.name else None
        self.plans: Plans | None = None
        self._sized_by = sized_by
        self._light: set[tuple[int | None, ...]] = set()

    def light(self, variables: Mapping[str, Any]) -> bool:
        """True once pages of these sizes were found light enough; nothing else changes what it weighs."""
        return not self._sized_by or self._sizes(variables) in self._light

    def lighten(self, variables: Mapping[str, Any]) -> None:
        """Remember that pages of these sizes are light enough."""
        if len(self._light) >= SIZES_REMEMBERED:
            self._light.clear()
        self._light.add(self._sizes(variables))

    def _sizes(self, variables: Mapping[str, Any]) -> tuple[int | None, ...]:
        return tuple(rows(variables[name]) if name in variables else None for name in self._sized_by)


class Documents:
    """What one schema runs, and the memory of it. `closed` refuses introspection."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, planner: Planner, *, closed: bool, trust: Trust
    ) -> None:
        self.limits, self.trust = limits, trust
        self._schema, self._planner = schema, planner
        self._rules = (*specified_rules, *([NoSchemaIntrospectionCustomRule] if closed else []))
        self._pinned: dict[Key, Prepared] = {}
        self._new: dict[Key, Prepared] = {}
        self._proven: dict[Key, Prepared] = {}

    def prepare(
        self, asked: str, name: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> Prepared:
        """The operation `name` of a document, asked for by its text or by a trusted one's identifier.

        Raises Refused for what is no operation of this schema, too much with these variables, or not trusted.
        """
        key, given = (asked, name), variables or {}
        known = self._pinned.get(key) or self._recall(key)
        if known is None:
            return self._admit(key, given)
        if not known.light(given):
            self._weigh(known.document, given)
            known.lighten(given)
        return known

    def pin(self) -> None:
        """Prepare and plan every trusted document now. Raises ValueError for one this schema refuses."""
        for id in self.trust.texts:
            try:
                self._pin(id)
            except Refused as refusal:
                raise ValueError(f"{id}: {refusal.errors[0].message}") from None
        for prepared in set(self._pinned.values()):
            variables = prepared.operation.variable_definitions or ()
            if prepared.plans:
                prepared.plans.pick({node.variable.name.value: False for node in variables})

    def remembered(self) -> Iterator[str]:
        """The texts and identifiers kept, those first that are to be forgotten first."""
        return (asked for memory in (self._new, self._proven, self._pinned) for asked, _ in memory)

    def _recall(self, key: Key) -> Prepared | None:
        """Being asked for again is what saves an operation: new ones push out only each other."""
        if found := self._proven.pop(key, None):
            self._proven[key] = found
        elif found := self._new.pop(key, None):
            found.plans = self._planner(found.document, found.operation)
            _keep(self._proven, key, found)
        return found

    def _admit(self, key: Key, variables: Mapping[str, Any]) -> Prepared:
        asked, name = key
        if id := self.trust.id_of(asked):
            self._pin(id)
            if key not in self._pinned:
                raise _no_such_operation()
            return self.prepare(asked, name, variables)
        if self.trust.required or asked.startswith(PREFIX):
            raise Refused(as_graphql(UntrustedDocument()))
        document = self._parse(asked)
        operation = get_operation_ast(document, name)
        if operation is None:
            raise _no_such_operation()
        prepared = Prepared(document, operation, self._check(document, variables))
        prepared.lighten(variables)
        ADMITTED.add()
        _keep(self._new, key, prepared)
        return prepared

    def _pin(self, id: str) -> None:
        text = self.trust.texts[id]
        document = self._parse(text)
        sized_by = self._check(document, {})
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        for operation in operations:
            prepared = Prepared(document, operation, sized_by)
            prepared.plans = self._planner(document, operation)
            names = (prepared.name, None) if len(operations) == 1 else (prepared.name,)
            self._pinned |= {(asked, name): prepared for asked in (id, text) for name in names}
            watch.know([prepared.name or ""])

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self.limits.tokens)
        except GraphQLError as error:
            raise Refused(error) from None

    def _check(self, document: DocumentNode, variables: Mapping[str, Any]) -> frozenset[str]:
        """Weigh first: the rules of validation take long over what is too much."""
        sized_by = self._weigh(document, variables)
        if errors := validate_document(self._schema, document, self._rules):
            raise Refused(*errors)
        return sized_by

    def _weigh(self, document: DocumentNode, variables: Mapping[str, Any]) -> frozenset[str]:
        errors, sized_by = weighed(self._schema, document, variables, self.limits)
        if errors:
            raise Refused(*errors)
        return sized_by


def _keep(memory: dict[Key, Prepared], key: Key, prepared: Prepared) -> None:
    """Each of the two halves of the memory forgets what was not asked for the longest."""
    memory[key] = prepared
    if len(memory) > REMEMBERED // 2:
        del memory[next(iter(memory))]


def _no_such_operation() -> Refused:
    return Refused(as_graphql(BadQuery("There is no such operation in the document.")))
