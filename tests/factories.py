"""Makers of the nouns tests need again and again. Everything has a plain default; name only what matters."""

from uuid import uuid4

from server.kernel.actors import CITIZEN, LEADER, OFFICER, Actor, Post

DISTRICT, STREET, COMMUNITY, CELL = "440103", "440103006", "440103006001", "440103006001007"


def an_id() -> str:
    """A fresh id, minted as a phone mints it."""
    return str(uuid4())


def an_officer(
    post: Post = Post.GRID_OFFICER,
    *,
    id: str = "",
    area: str = STREET,
    unit_id: str = "",
    cells: tuple[str, ...] = (),
) -> Actor:
    """Somebody with the officer app; a grid officer walks CELL unless told otherwise."""
    own = cells or ((CELL,) if post is Post.GRID_OFFICER else ())
    return Actor(id or an_id(), OFFICER, post, area=area, unit_id=unit_id, cells=frozenset(own))


def a_leader(*, id: str = "", area: str = DISTRICT) -> Actor:
    """Somebody with the leader app, responsible for `area`."""
    return Actor(id or an_id(), LEADER, Post.LEADER, area=area)


def a_citizen(*, id: str = "", guest: bool = False) -> Actor:
    """Somebody with the citizen app; a guest is known only by device."""
    return Actor(id or an_id(), CITIZEN, Post.CITIZEN, guest=guest)
