"""Editions over plain HTTP: handed in as CSV, XLSX or JSON, and taken home."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel

from server.command.setup import service
from server.command.setup.rules import needs_administrator
from server.graph.authentication import bearer
from server.grid.grids import book as grids
from server.grid.grids import geojson
from server.grid.grids import service as grid_service
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.platform.editions import KIND
from server.platform.sheets import MOST_BYTES
from server.platform.tables_in_files import MEDIA, FileFormat
from server.platform.work import Office
from server.web.refusals import CityRoute

OVERHEAD = 64 * 1024  # what a multipart form adds to its file


class Proposed(BaseModel):
    """The edition that was laid before the others."""

    kind: str
    no: int


def router(office: Office) -> APIRouter:
    """POST /setup/{kind}/editions and GET /setup/{kind}/editions/{no}/{csv|xlsx|json}."""
    identity = office.of(Identity)
    routes = APIRouter(prefix="/setup", route_class=CityRoute, max_body_size=MOST_BYTES + OVERHEAD)

    @routes.post("/{kind}/editions", status_code=201)
    async def propose(
        request: Request, kind: str, file: Annotated[UploadFile, File()], sheet: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "", datum: Annotated[str, Form()] = "",
    ) -> Proposed:  # fmt: skip
        actor = await identity.gate.actor(bearer(request.headers))
        await identity.brakes.spend(UPLOAD, actor.id)
        content = await file.read()
        if kind == grids.KIND and geojson.is_geojson(content):
            needs_administrator(actor)
            row = await grid_service.hand_in(office, actor, content, datum, note=note)
        else:
            row = await service.hand_in(office, actor, kind, content, sheet=sheet, note=note)
        return Proposed(kind=kind, no=row.no)

    @routes.get("/{kind}/editions/{no}/{form}")
    async def take_home(
        request: Request, kind: str, no: int, form: FileFormat,
        sheet: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:  # fmt: skip
        actor = await identity.gate.actor(bearer(request.headers))
        async with office.work(actor) as work:
            content = await service.take_home(work, kind=kind, no=no, form=form, sheet=sheet)
        name = "-".join(filter(None, (KIND, kind, str(no), sheet if form is FileFormat.CSV else "")))
        return Response(content, media_type=MEDIA[form], headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store",
        })  # fmt: skip

    return routes
