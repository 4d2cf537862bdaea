"""What a refusal looks like over plain HTTP: the code and its parameters, with a status that fits."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from server.graph.errors import OUTAGES, Unavailable, logged
from server.kernel.errors import BadInput, CityError
from server.platform.watch import watch

STATUS = {
    "UNAUTHENTICATED": 401, "BAD_CREDENTIALS": 401, "BAD_CODE": 401, "NO_SESSION": 401,
    "NOT_ALLOWED": 403, "FOREIGN_ORIGIN": 403, "NOT_FOUND": 404, "ID_TAKEN": 409, "WRONG_OFFSET": 409,
    "FILE_TOO_LARGE": 413, "NOT_AN_IMAGE": 415, "NOT_JSON": 415, "LOCKED": 423, "TOO_MANY": 429,
    "NO_CHANNEL": 503, "TOO_MANY_AT_ONCE": 429, "OVERLOADED": 503, "UNAVAILABLE": 503,
}  # fmt: skip
OTHERWISE = 400


class ForeignOrigin(CityError):
    """A page of another site asks."""

    code = "FOREIGN_ORIGIN"


class NotJson(CityError):
    """The body is not declared as JSON, or is not JSON."""

    code = "NOT_JSON"


def refused(refusal: CityError) -> JSONResponse:
    """`refusal` as an answer; one that may end soon says when to come back."""
    headers = {"Cache-Control": "no-store"}
    soon = 1 if refusal.code == Unavailable.code else None
    if wait := refusal.params.get("retryAfter", soon):
        headers["Retry-After"] = str(wait)
    return JSONResponse(refusal.extensions, STATUS.get(refusal.code, OTHERWISE), headers)


class CityRoute(APIRoute):
    """A route whose refusals, and whose malformed requests, are answered in our own shape, and counted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refusals caught."""
        handle, name = super().get_route_handler(), self.path_format
        watch.know([name])

        async def answer(request: Request) -> Response:
            with watch.operation(name, "", "http") as operation:
                try:
                    return await handle(request)
                except CityError as error:
                    refusal = error
                except HTTPException as error:
                    if error.status_code != OTHERWISE:
                        raise
                    refusal = NotJson()  # the framework's word for a body its parser gave up on
                except RequestValidationError as error:
                    refusal = _malformed(error)
                except OUTAGES as error:  # the rows or the photos are out of reach
                    refusal = logged(error, name)
                operation.code = refusal.code
                return refused(refusal)

        return answer


def _malformed(error: RequestValidationError) -> CityError:
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return NotJson()
    place = problems[0]["loc"]
    return BadInput(field=str(place[-1]) if len(place) > 1 else None)
