"""Where photos and voice notes lie: a directory, or whatever speaks S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from server.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

PATIENCE = timedelta(seconds=10)  # with a store that is slow


def store_of(settings: Settings) -> ObjectStore:
    """Where photos lie: a directory beside the embedded store, or what speaks S3 at `files_url`.

    Without a key the surroundings say who we are (a role of the machine). Raises ValueError for other URLs.
    """
    if not settings.files_url:
        return LocalStore(settings.data_dir / "files", mkdir=True)
    if not settings.files_url.startswith("s3://"):
        raise ValueError("SANWEI_FILES_URL must be s3://bucket/prefix")
    given: S3Config = {"region": settings.files_region}
    if settings.files_endpoint:
        given |= {"endpoint": settings.files_endpoint, "virtual_hosted_style_request": False}
    if settings.files_key:
        given |= {"access_key_id": settings.files_key, "secret_access_key": settings.files_secret}
    return S3Store.from_url(
        settings.files_url, config=given, retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        client_options={"allow_http": settings.files_endpoint.startswith("http:"), "timeout": PATIENCE},
    )  # fmt: skip


@contextmanager
def reachable() -> Iterator[None]:
    """The store's own errors are an outage like any other."""
    try:
        yield
    except BaseError as error:
        raise OSError("the photos' store is away") from error
