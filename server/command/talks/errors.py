"""Refusals of talks."""

from server.kernel.errors import BadInput, CityError


class TalkOpen(CityError):
    """One conversation at a time: `talk` is the one that is open."""

    code = "TALK_OPEN"


class TalkFull(CityError):
    """A conversation has at most `limit` messages; what is left belongs into a request."""

    code = "TALK_FULL"


class NotYourTalk(CityError):
    """Somebody else took it."""

    code = "NOT_YOUR_TALK"


class NothingSaid(BadInput):
    """A message has words, a photo or an answer of the knowledge base."""

    code = "NOTHING_SAID"
