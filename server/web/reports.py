"""Reports to take home: POST /reports/evaluation, with the reason why."""

from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.graph.authentication import bearer
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.platform.sheets import MEDIA, SheetFormat
from server.platform.work import Office
from server.supervision.evaluation.rules.report import ReportKind
from server.supervision.evaluation.service import report
from server.web.refusals import CityRoute


class Wanted(BaseModel):
    """Which report (of the newest period that is over, or that of `day`), and what for."""

    kind: ReportKind
    day: date | None = None
    reason: str = Field(max_length=1000)


def router(office: Office) -> APIRouter:
    """POST /reports/evaluation: the workbook."""
    identity = office.of(Identity)
    routes = APIRouter(prefix="/reports", route_class=CityRoute)

    @routes.post("/evaluation")
    async def take_home(request: Request, wanted: Wanted) -> Response:
        actor = await identity.gate.actor(bearer(request.headers))
        await identity.brakes.spend(UPLOAD, actor.id)
        name, content = await report.take_home(office, actor, wanted.kind, wanted.day, wanted.reason)
        return Response(content, media_type=MEDIA[SheetFormat.XLSX], headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store",
        })  # fmt: skip

    return routes
