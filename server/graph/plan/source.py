"""The text of a plan and the objects its names stand for."""

from collections.abc import Callable
from typing import Any


class Source:
    """Python text in the making.

    Nothing of a client's document gets into it but response keys: whatever else the text refers to is an
    object of ours under a numbered name.
    """

    def __init__(self, **names: Any) -> None:
        self.names: dict[str, Any] = names
        self._blocks: list[str] = []
        self._interned: dict[tuple[str, int], str] = {}
        self._count = 0

    def fresh(self, prefix: str) -> str:
        """A name not used before."""
        self._count += 1
        return f"{prefix}{self._count}"

    def give(self, prefix: str, value: Any) -> str:
        """A new name for `value`."""
        name = self.fresh(prefix)
        self.names[name] = value
        return name

    def intern(self, prefix: str, key: Any, make: Callable[[], Any]) -> str:
        """The one name, under `prefix`, of what `make` makes of `key`, which must outlive this."""
        at = prefix, id(key)
        if at not in self._interned:
            self._interned[at] = self.give(prefix, make())
        return self._interned[at]

    def function(self, name: str, parameters: str, body: list[str]) -> None:
        """Define a function."""
        self._blocks.append("\n".join([f"def {name}({parameters}):", *indent(body)]))

    @property
    def text(self) -> str:
        """All functions, in the order they were finished."""
        return "\n\n".join(self._blocks)

    def load(self, title: str) -> None:
        """Compile the text and put its functions among the names. `title` is what tracebacks call it."""
        exec(compile(self.text, f"<plan {title}>", "exec"), self.names)


def indent(lines: list[str]) -> list[str]:
    """One block deeper."""
    return ["    " + line for line in lines]
