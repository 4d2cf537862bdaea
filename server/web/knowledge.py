"""The knowledge base as a file, for dispatchers: GET /knowledge.csv or .xlsx, PUT /knowledge."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from server.command.knowledge import queries, rules, sheet
from server.graph.authentication import bearer
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.kernel.actors import Actor
from server.kernel.errors import NotAllowed
from server.platform import sheets
from server.platform.sheets import MEDIA, MOST_BYTES, BadSheet, NotASheet, SheetFormat
from server.platform.work import Office
from server.web.refusals import CityRoute

MOST_FAULTS = 100  # rows that are told of at once


def router(office: Office) -> APIRouter:
    """GET /knowledge.{csv|xlsx} and PUT /knowledge."""
    identity = office.of(Identity)
    routes = APIRouter(route_class=CityRoute, max_body_size=2 * MOST_BYTES)

    async def editor(request: Request) -> Actor:
        actor = await identity.gate.actor(bearer(request.headers))
        if not rules.edits(actor):
            raise NotAllowed(flow="knowledge", action="export", post=actor.post)
        await identity.brakes.spend(UPLOAD, actor.id)
        return actor

    @routes.get("/knowledge.{form}")
    async def export(form: SheetFormat, request: Request) -> Response:
        await editor(request)
        rows = sheet.rows_of(await office.read.lines(queries.published()))
        headers = {
            "Content-Disposition": f'attachment; filename="knowledge.{form}"',
            "Cache-Control": "private, no-store",
        }
        return Response(sheets.write(form, {"knowledge": rows}), media_type=MEDIA[form], headers=headers)

    @routes.put("/knowledge")
    async def bring(request: Request) -> Response:
        actor = await editor(request)
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES:
                raise NotASheet(field="file")
        try:
            async with office.work(actor) as work:
                new, changed = await sheet.bring(work, bytes(content))
        except BadSheet as refusal:
            told = refusal.extensions | {"faults": [asdict(fault) for fault in refusal.faults[:MOST_FAULTS]]}
            return JSONResponse(told, 400)
        return JSONResponse({"new": new, "changed": changed})

    return routes
