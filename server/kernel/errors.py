"""The one error family that may reach a client. Everything else is masked."""

from typing import Any, ClassVar


class CityError(Exception):
    """A refusal the caller can understand: a stable code, its parameters, and the input field to blame."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, *, field: str | None = None, **params: str | int | float) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params

    @property
    def extensions(self) -> dict[str, Any]:
        """graphql-core copies this onto the GraphQL error it builds around us."""
        rest = {"field": self.field} if self.field else {}
        return {"code": self.code, "params": self.params, **rest}


class NotAllowed(CityError):
    """This post may not do that."""

    code = "NOT_ALLOWED"


class NotFound(CityError):
    """Absent, or hidden from this actor: both look the same."""

    code = "NOT_FOUND"


class IllegalStep(CityError):
    """The flow has no such step from the present state."""

    code = "ILLEGAL_STEP"


class StaleVersion(CityError):
    """Somebody changed it first; `now` is the version to read again."""

    code = "STALE_VERSION"


class BadInput(CityError):
    """A value does not fit; `field` names the input."""

    code = "BAD_INPUT"


class Unauthenticated(CityError):
    """No token, or one that is not live."""

    code = "UNAUTHENTICATED"
