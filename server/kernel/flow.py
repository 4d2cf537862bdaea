"""A state machine is a table. This module only knows how to read one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from server.kernel.actors import Post
from server.kernel.errors import IllegalStep, NotAllowed

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Clock:
    """What a step does to the timers of its subject, by timer name."""

    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()


NO_CLOCK = Clock()


@dataclass(frozen=True, slots=True)
class Step(Generic[S, A]):
    """One row: `action` moves `source` to `target` when someone holding one of `posts` asks."""

    source: S
    action: A
    target: S
    posts: frozenset[Post]
    clock: Clock = NO_CLOCK
    basis: str = ""          # the clause the row rests on, e.g. "行政许可法 42", or the row of the domain table
    guards: tuple[str, ...] = ()   # names of the pure functions in rules.py that must hold


@dataclass(frozen=True, slots=True)
class Entry(Generic[S, A]):
    """How a subject comes into being: `action` creates it in `target`."""

    action: A
    target: S
    posts: frozenset[Post]
    clock: Clock = NO_CLOCK
    basis: str = ""
    guards: tuple[str, ...] = ()


class Flow(Generic[S, A]):
    """Reads a transition table; refuses two rows for one (source, action)."""

    def __init__(
        self, name: str, entries: Iterable[Entry[S, A]], steps: Iterable[Step[S, A]]
    ) -> None:
        self.name, self.entries, self.steps = name, tuple(entries), tuple(steps)
        self._by_key = {(s.source, s.action): s for s in self.steps}
        self._by_entry = {e.action: e for e in self.entries}
        if len(self._by_key) != len(self.steps) or len(self._by_entry) != len(self.entries):
            raise ValueError(f"{name}: two rows for one (source, action)")

    def enter(self, action: A, post: Post) -> Entry[S, A]:
        """The row that creates a subject. Raises IllegalStep or NotAllowed."""
        row = self._by_entry.get(action)
        if row is None:
            raise IllegalStep(flow=self.name, state="", action=action)
        if post not in row.posts:
            raise NotAllowed(flow=self.name, action=action, post=post)
        return row

    def step(self, state: S, action: A, post: Post) -> Step[S, A]:
        """The row for (state, action). Raises IllegalStep, or NotAllowed for another post."""
        row = self._by_key.get((state, action))
        if row is None:
            raise IllegalStep(flow=self.name, state=state, action=action)
        if post not in row.posts:
            raise NotAllowed(flow=self.name, action=action, post=post)
        return row

    def offered(self, state: S, post: Post) -> list[A]:
        """Actions to draw as buttons; a client asks, it does not guess."""
        return [s.action for s in self.steps if s.source == state and post in s.posts]

    def terminal(self, state: S) -> bool:
        """True when no step leaves `state`."""
        return not any(s.source == state for s in self.steps)

    def reachable(self) -> set[S]:
        """Every state some path of steps arrives at."""
        seen = {e.target for e in self.entries}
        todo = list(seen)
        while todo:
            here = todo.pop()
            fresh = {s.target for s in self.steps if s.source == here} - seen
            seen |= fresh
            todo += fresh
        return seen

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, for docs/flows/."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {e.target}: {e.action}" for e in self.entries]
        lines += [f"    {s.source} --> {s.target}: {s.action}" for s in self.steps]
        states = {e.target for e in self.entries} | {s.target for s in self.steps}
        lines += [f"    {state} --> [*]" for state in sorted(states) if self.terminal(state)]
        return "\n".join(lines) + "\n"
