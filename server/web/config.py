"""What the apps ask before anybody has signed in: which district this is, and its map."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response

from server.platform.work import Office

MAP_SECONDS = 3600  # how long a phone may show the map without asking again

DemoAccounts = Mapping[str, Sequence[Mapping[str, Any]]]


def router(office: Office, demo_accounts: DemoAccounts | None = None) -> APIRouter:
    """/config.json and /map/district.json. `demo_accounts`, by app, are told in the demo only."""
    settings, district = office.settings, office.areas.district
    config: dict[str, object] = {
        "demo": settings.demo,
        "production": settings.production,
        "district": {"code": district.code, "name": district.name},
        "hotline": settings.hotline,
        "version": version("sanwei"),
    }
    if settings.demo and demo_accounts:
        config["demoAccounts"] = demo_accounts
    routes = APIRouter()

    @routes.get("/config.json")
    async def config_json(response: Response) -> dict[str, object]:
        response.headers["Cache-Control"] = "no-cache"
        return config

    @routes.get("/map/district.json")
    async def district_map(request: Request) -> Response:
        packed = office.areas.packed_map
        headers = {
            "ETag": packed.etag,
            "Cache-Control": f"public, max-age={MAP_SECONDS}",
            "Vary": "Accept-Encoding",
        }
        known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        if packed.etag in known:
            return Response(None, 304, headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                packed.gzipped, 200, headers | {"Content-Encoding": "gzip"}, media_type="application/json"
            )
        return Response(packed.body, 200, headers, media_type="application/json")

    return routes
