"""What a refusal, a wrong request or a bug looks like to the caller."""

import logging
from secrets import token_hex

from graphql import GraphQLError
from sqlalchemy import exc

from server.kernel.errors import CityError

log = logging.getLogger(__name__)

OUTAGES = (OSError, exc.OperationalError, exc.InterfaceError, exc.TimeoutError)  # a store or a network away


class BadQuery(CityError):
    """Not a request this schema understands. `why` is English, for the client's programmer."""

    code = "BAD_QUERY"

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why


class TooComplex(CityError):
    """An operation beyond one of the limits: `limit` names it, `most` is its value."""

    code = "TOO_COMPLEX"


class TooLarge(CityError):
    """A body beyond `limitKb` kilobytes."""

    code = "TOO_LARGE"


class TooSlow(CityError):
    """An operation that took longer than `limitSeconds`; part of it may have happened."""

    code = "TOO_SLOW"


class TooManyOperations(CityError):
    """More than `most` operations at once on one websocket."""

    code = "TOO_MANY_OPERATIONS"


class TooManySockets(CityError):
    """One person holds more than `most` websockets open."""

    code = "TOO_MANY_SOCKETS"


class UntrustedDocument(CityError):
    """A document the server does not know beforehand, where only such documents run."""

    code = "UNTRUSTED_DOCUMENT"


class Unavailable(CityError):
    """Something we need does not answer; asking again later may help. `id` finds it in the log."""

    code = "UNAVAILABLE"


class Internal(CityError):
    """A bug. `id` finds it in the log; nothing else is told."""

    code = "INTERNAL"


def settle(error: GraphQLError, *, suggest: bool = True) -> None:
    """Give `error` the code, message and parameters the caller may see, in place. Logs a bug or an outage."""
    match error.original_error:
        case CityError() as refusal:
            pass
        case Exception() as bug if not _asked_wrongly(error, bug):
            refusal = logged(bug, "/".join(map(str, error.path or ())))
        case _:
            error.extensions = error.extensions or BadQuery().extensions
            if not suggest:
                error.message = error.message.partition(" Did you mean")[0]
            return
    error.message, error.extensions = refusal.code, refusal.extensions


def logged(bug: Exception, where: str) -> CityError:
    """Write a bug or an outage to the log; what may be told of it."""
    refusal = (Unavailable if isinstance(bug, OUTAGES) else Internal)(id=token_hex(6))
    id = refusal.params["id"]
    log.error(
        "failed: %s %s at %s", refusal.code, id, where, exc_info=bug, extra={"code": refusal.code, "id": id}
    )
    return refusal


def _asked_wrongly(error: GraphQLError, cause: Exception) -> bool:
    """True for what GraphQL itself refuses: syntax, validation, values that fit no type.

    A literal's parser may fail with anything; such an error points into the document but was not executed.
    A value of ours that fits no type has a path, and its cause points nowhere: that is a bug, and the value
    is nobody's business.
    """
    if isinstance(cause, GraphQLError):
        return error.path is None or bool(cause.nodes)
    return bool(error.nodes and error.path is None)


def as_graphql(refusal: CityError) -> GraphQLError:
    """`refusal` as a GraphQL error, for what is refused before an operation runs."""
    why = refusal.why if isinstance(refusal, BadQuery) else ""
    return GraphQLError(why or refusal.code, extensions=refusal.extensions)
