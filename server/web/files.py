"""Photos and voice notes over plain HTTP: put with a bearer token, shown through signed addresses."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from server.graph.authentication import bearer
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.kernel.errors import BadInput
from server.platform.files import SIGNED_SECONDS, Files, Variant
from server.platform.images import MOST_BYTES, FileTooLarge, NotAnImage
from server.platform.parts import Span
from server.platform.sounds import NotAVoice
from server.platform.work import Office
from server.web.refusals import CityRoute

A_PART = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
SHOWN_AS = {
    "Content-Encoding": "identity",  # WebP is packed already
    "Cache-Control": f"private, max-age={SIGNED_SECONDS}, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Kept(BaseModel):
    """A photo or a voice note that is safe here; the addresses open for five minutes.

    `takenAt` is the camera's word; of a voice note `thumbUrl` is empty and `seconds` its length.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    id: str
    url: str
    thumb_url: str
    width: int
    height: int
    taken_at: datetime | None
    seconds: int | None


def router(office: Office) -> APIRouter:
    """PUT /files/{id} and GET /files/{id}/{full|thumb|voice}.

    Over bad lines a file comes in parts: PUT with `Content-Range: bytes 0-131071/350000`, answered 202 until
    the last one is here; HEAD says in `Upload-Offset` where to go on, or `whole`.
    """
    identity, files = office.of(Identity), office.of(Files)
    # counted by Files while it streams, so that the refusal is ours; the app's own limit is for JSON
    routes = APIRouter(prefix="/files", route_class=CityRoute, max_body_size=2 * MOST_BYTES)

    @routes.head("/{id}")
    async def how_far(id: UUID, request: Request) -> Response:
        actor = await identity.gate.actor(bearer(request.headers))
        here = await files.offset(actor, str(id))
        return Response(headers=_far("whole" if here is None else here))

    @routes.put("/{id}", response_model=Kept)
    async def put(id: UUID, request: Request, response: Response) -> Kept | Response:
        actor, span = await identity.gate.actor(bearer(request.headers)), _span(request)
        if span is None or span.start == 0:
            await identity.brakes.spend(UPLOAD, actor.id)
        kind = request.headers.get("content-type", "").lower()
        voice = kind.startswith("audio/")
        if not voice and not kind.startswith("image/"):
            raise NotAnImage
        if int(request.headers.get("content-length", 0)) > MOST_BYTES:
            raise NotAVoice if voice else FileTooLarge
        if span is not None:
            here = await files.add_part(actor, str(id), request.stream(), span)
            if here < span.total:
                return JSONResponse({"offset": here}, 202, _far(here))
            file, new = await files.join(actor, str(id), voice=voice)
        else:
            keep = files.keep_voice if voice else files.keep
            file, new = await keep(actor, str(id), request.stream())
        response.status_code = 201 if new else 200
        return Kept(
            id=file.id, url=files.sign(file.id, "voice" if voice else "full", actor),
            thumb_url="" if voice else files.sign(file.id, "thumb", actor),
            width=file.width, height=file.height, taken_at=file.taken_at, seconds=file.seconds,
        )  # fmt: skip

    @routes.get("/{id}/{variant}")
    async def show(
        id: UUID, variant: Variant, u: str, e: int, s: Annotated[str, Query(max_length=64)]
    ) -> Response:
        shown = await files.show(str(id), variant, person=u, ends=e, signature=s)
        headers = SHOWN_AS | {"Content-Length": str(shown.size)}
        kind = "audio/wav" if variant == "voice" else "image/webp"
        return StreamingResponse(shown.parts, media_type=kind, headers=headers)

    return routes


def _span(request: Request) -> Span | None:
    """Where the body lies in its file; None when it is the file. Raises BadInput."""
    told = request.headers.get("content-range")
    if told is None:
        return None
    part = A_PART.fullmatch(told)
    start, last, total = map(int, part.groups()) if part else (0, 0, 0)
    if not start <= last < total:
        raise BadInput(field="range")
    return Span(start, last + 1 - start, total)


def _far(here: int | str) -> dict[str, str]:
    return {"Upload-Offset": str(here), "Cache-Control": "no-store"}
