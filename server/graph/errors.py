"""What a refusal, a wrong request or a bug looks like to the caller."""

import logging
from secrets import token_hex

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from server.kernel.errors import CityError

log = logging.getLogger(__name__)


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


class Internal(CityError):
    """A bug. `id` finds it in the log; nothing else is told."""

    code = "INTERNAL"


def settle(error: GraphQLError, *, suggest: bool = True) -> None:
    """Give `error` the code, message and parameters the caller may see, in place. Logs a bug."""
    match error.original_error:
        case CityError() as refusal:
            pass
        case cause if _asked_wrongly(error, cause):
            error.extensions = error.extensions or BadQuery().extensions
            if not suggest:
                error.message = error.message.partition(" Did you mean")[0]
            return
        case bug:
            refusal = Internal(id=token_hex(6))
            log.error("bug %s at %s", refusal.params["id"], error.path, exc_info=bug)
    error.message, error.extensions = refusal.code, refusal.extensions


def _asked_wrongly(error: GraphQLError, cause: Exception | None) -> bool:
    """True for what GraphQL itself refuses: syntax, validation, values that fit no type.

    A literal's parser may fail with anything; such an error points into the document but was not executed.
    """
    asking = GraphQLError | MissingQueryError | CannotGetOperationTypeError | InvalidOperationTypeError
    return cause is None or isinstance(cause, asking) or bool(error.nodes and error.path is None)


def as_graphql(refusal: CityError) -> GraphQLError:
    """`refusal` as a GraphQL error, for what is refused before an operation runs."""
    why = refusal.why if isinstance(refusal, BadQuery) else ""
    return GraphQLError(why or refusal.code, extensions=refusal.extensions)
