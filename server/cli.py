"""`sanwei …`: what an operator does from a terminal."""

import asyncio
import logging.config
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from server.app import close_office, create_app, open_office
from server.demo import HalfTold, accounts_of, seed
from server.graph.socket import MAX_FRAME_BYTES
from server.integrations.messages import Refused, read_messages
from server.kernel.errors import CityError
from server.migrations.upgrade import upgrade
from server.platform import audit
from server.platform.vault import Vault
from server.platform.watch import logs
from server.platform.work import Office
from server.settings import Settings

app = typer.Typer(help="Sanwei: one grid, one window, one team.", no_args_is_help=True)
imports = typer.Typer(help="Read outside data into the store.", no_args_is_help=True)
audits = typer.Typer(help="The flow records and their hash chains.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(audits, name="audit")


@app.command()
def run() -> None:
    """Migrate, seed the demo once when SANWEI_MODE=demo, and serve until Ctrl+C."""
    settings = Settings()
    lines = logs.config(settings.log_lines, settings.log_level)
    logging.config.dictConfig(lines)
    _port_is_free(settings)
    asyncio.run(prepare(settings))
    _welcome(settings)
    uvicorn.run(
        create_app, factory=True, host=settings.host, port=settings.port, log_config=lines, access_log=False,
        ws_max_size=MAX_FRAME_BYTES, ws_per_message_deflate=False, timeout_graceful_shutdown=3,
        server_header=False, proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )  # fmt: skip


@app.command()
def migrate() -> None:
    """Bring the store to today's tables."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)

    async def work() -> None:
        async with _office(settings) as office:
            await upgrade(office.store.writer)

    asyncio.run(work())
    typer.echo("The store is up to date.")


@app.command()
def keys() -> None:
    """Make the key files a production server wants to find. Existing ones stay."""
    settings = Settings()
    Vault.create(settings)
    typer.echo(f"Keys are in {settings.data_dir / 'keys'}. Keep a copy where the backups are not.")


@imports.command("messages")
def import_messages(
    file: Path,
    spread: Annotated[
        bool, typer.Option(help="Give each message a community of the district by a hash of its id.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the refused rows and why to this CSV.")] = None,
) -> None:
    """Read citizens' messages (CSV: message_id,user_id,title,created_at,body,opposes,likes).

    A second run adds nothing; a run that was cut off goes on where it stopped.
    """
    settings, size = Settings(), file.stat().st_size

    async def work() -> tuple[int, int, list[Refused]]:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        async with _office(settings) as office:
            await upgrade(office.store.writer)
            with typer.progressbar(length=size, label=file.name) as bar:
                return await read_messages(office, file, spread=spread, progress=bar.update)

    try:
        added, known, refused = asyncio.run(work())
    except CityError as refusal:
        typer.echo(f"{file}: {refusal.code} {refusal.params}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{added} added, {known} known already, {len(refused)} refused.")
    for row in refused[:10]:
        typer.echo(f"  line {row.line}, message {row.id or '?'}: {row.code} {row.field}")
    if len(refused) > 10:
        typer.echo(f"  … and {len(refused) - 10} more; --report FILE lists them all")
    if report:
        report.write_text(Refused.table(refused), encoding="utf-8")


@audits.command("verify")
def audit_verify() -> None:
    """Walk every hash chain; exit 1 and say where when a line was edited, removed or cut off."""

    async def work() -> tuple[int, list[audit.Break]]:
        async with _office(Settings()) as office, office.reading() as session:
            return await audit.verify(session)

    lines, breaks = asyncio.run(work())
    for each in breaks:
        typer.echo(f"{each.street} broken at {each.seq}: {each.what}", err=True)
    typer.echo(f"{lines} lines hold, {len(breaks)} chains broken.")
    raise typer.Exit(1 if breaks else 0)


@asynccontextmanager
async def _office(settings: Settings) -> AsyncIterator[Office]:
    office = open_office(settings)
    try:
        yield office
    finally:
        await close_office(office)


async def prepare(settings: Settings) -> None:
    """Migrate the store and, in the demo, fill it once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with _office(settings) as office:
        await upgrade(office.store.writer)
        if settings.demo:
            try:
                await seed(office, echo=typer.echo)
            except HalfTold:
                typer.echo("The demo was cut off while it was being told. Begin again: make demo", err=True)
                raise typer.Exit(2) from None


def _port_is_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            typer.echo(
                f"Port {settings.port} on {settings.host} is taken. Stop what runs there, "
                "or choose another: make run PORT=8100", err=True,
            )  # fmt: skip
            raise typer.Exit(2) from None


def _welcome(settings: Settings) -> None:
    for app_name in ("citizen", "officer", "leader"):
        typer.echo(f"{app_name:<8} {settings.origin}/{app_name}/")
    if settings.demo:
        typer.echo("\nDemo accounts (one tap on the sign-in page, or number and password):")
        for accounts in accounts_of(settings).values():
            for each in accounts:
                typer.echo(f"  {each['staffNo']}  {each['password']}  {each['postName']} {each['name']}")
        typer.echo("Citizens need no account; 13800138001 owns a case that waits for a rating.")
    typer.echo("\nCtrl+C stops the server; the data stays in " + str(settings.data_dir))


if __name__ == "__main__":
    app()
