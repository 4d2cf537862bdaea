"""/metrics: what Prometheus reads. For this machine alone, or for whoever knows the settings' secret."""

import asyncio
import ipaddress
from hmac import compare_digest

from fastapi import APIRouter, Request, Response

from server.graph.authentication import bearer
from server.kernel.errors import NotFound, Unauthenticated
from server.platform.watch import exposition, queues
from server.platform.watch.station import Station
from server.platform.work import Office
from server.web.refusals import CityRoute

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")  # a proxy speaks for somebody elsewhere


def router(office: Office, station: Station) -> APIRouter:
    """GET /metrics tells of every process of this server, whichever is asked. Strangers find nothing."""
    routes = APIRouter(route_class=CityRoute)

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _knows(request, office.settings.metrics_token):
            raise NotFound
        snapshots = await station.siblings.snapshots()
        facts, accept = await queues.facts(office), request.headers.get("accept", "")
        body, media = await asyncio.to_thread(exposition.page, snapshots, facts, accept)  # thousands of lines
        return Response(body, headers={"Content-Type": media, "Cache-Control": "no-store"})

    return routes


def _knows(request: Request, secret: str) -> bool:
    """A secret must be told by everybody: a proxy on this machine may be silent about its callers."""
    if secret:
        try:
            return compare_digest(bearer(request.headers).encode(), secret.encode())
        except Unauthenticated:
            return False
    return _from_this_machine(request) and not any(name in request.headers for name in FORWARDED)


def _from_this_machine(request: Request) -> bool:
    try:
        return bool(request.client and ipaddress.ip_address(request.client.host).is_loopback)
    except ValueError:
        return False
