"""The three apps as they were built: /citizen/, /officer/, /leader/."""

import os
from pathlib import Path, PurePosixPath

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT = Path(__file__).parent / "static"
APPS = ("citizen", "officer", "leader")
FOR_EVER = "public, max-age=31536000, immutable"  # the name of what a build puts in assets/ holds its hash
ASK_AGAIN = "no-cache"


class BuiltApp(StaticFiles):
    """One app. An address without a file is a page of the app, so it answers with the index."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as refusal:
            if refusal.status_code != 404 or PurePosixPath(path).suffix:
                raise
            return await super().get_response("index.html", scope)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOR_EVER if Path(full_path).parent.name == "assets" else ASK_AGAIN
        return response


def mount(app: Starlette, built: Path = BUILT) -> None:
    """Serve what was built below `built`; the front door leads to the citizens' app."""

    async def front_door(_request: Request) -> Response:
        return RedirectResponse("/citizen/")

    app.add_route("/", front_door)
    for name in APPS:
        if (built / name).is_dir():
            app.mount(f"/{name}", BuiltApp(directory=built / name, html=True), name=name)
