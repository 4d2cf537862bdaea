"""What a resolver may reach."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import strawberry
from strawberry.dataloader import DataLoader

from server.kernel.actors import Actor
from server.kernel.errors import Unauthenticated
from server.platform.read import EVERYTHING, Needs

if TYPE_CHECKING:
    from server.platform.work import Office

K = TypeVar("K")
V = TypeVar("V")


class Context:
    """One operation's surroundings. On a websocket the connection keeps one and each operation gets a copy.

    It carries no session: sibling fields run at the same time and must not share one.
    """

    def __init__(self, office: "Office", known_actor: Actor | None = None) -> None:
        self.office, self.known_actor = office, known_actor
        self.connection_params: dict[str, object] | None = None
        self._loaders: dict[object, DataLoader[Any, Any]] = {}

    @property
    def actor(self) -> Actor:
        """Who asks. Raises Unauthenticated on a websocket that has not said so yet."""
        if self.known_actor is None:
            raise Unauthenticated
        return self.known_actor

    def fresh(self) -> "Context":
        """The same office and actor, for the next operation."""
        return Context(self.office, self.actor)

    def loader(self, load: Callable[["Context", list[K]], Awaitable[Sequence[V]]]) -> DataLoader[K, V]:
        """Gathers the keys siblings ask for into one call of `load`, which answers in the keys' order.

        It batches and remembers nothing, so an event of a long subscription never sees old rows.
        """
        if load not in self._loaders:
            self._loaders[load] = DataLoader(lambda keys: load(self, keys), cache=False)
        return self._loaders[load]

    def soon(self, load: Callable[["Context", list[K]], Awaitable[Sequence[V]]], key: K) -> V:
        """What `load` answers for `key`: a promise, for a resolver to hand on and not to look into.

        A resolver that returns it needs no coroutine of its own, which a list would pay for in every row.
        """
        return cast(V, self.loader(load).load(key))


class Info(strawberry.Info[Context, None]):
    """What a resolver is told of its own place in the operation."""

    def needs(self, *path: str) -> Needs:
        """Columns the selection reads of the rows behind this field, or behind the fields `path` below it.

        `path` names fields as Python does. The key when no column is asked for, EVERYTHING when that is not
        known. Raises AttributeError for a field that no role has.
        """
        return EVERYTHING

    def asks(self, *path: str) -> bool:
        """Whether the selection holds the field `path`, counted from this field's type. True if not known.

        Raises AttributeError for a field that no role has.
        """
        return True
