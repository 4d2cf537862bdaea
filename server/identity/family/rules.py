"""What is decided of 帮家人办, from facts alone."""

from datetime import timedelta

from server.identity.family import errors
from server.kernel.actors import Actor

CODE_LIFE = timedelta(minutes=10)  # long enough to read six digits over the phone
MOST_TIES = 5


def needs_phone(actor: Actor) -> None:
    """A device alone may be anybody's. Raises PhoneNeeded."""
    if actor.guest:
        raise errors.PhoneNeeded


def needs_stranger(actor: Actor, owner_id: str, helpers: set[str]) -> None:
    """Raises FamilyKnown."""
    if owner_id == actor.id or actor.id in helpers:
        raise errors.FamilyKnown(field="code")


def needs_room(*counts: int) -> None:
    """Raises FamilyFull."""
    if max(counts) >= MOST_TIES:
        raise errors.FamilyFull(field="code", limit=MOST_TIES)
