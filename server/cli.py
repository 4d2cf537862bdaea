"""`sanwei …`: what an operator does from a terminal."""

import asyncio
import gc
import logging.config
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from server import crew
from server.kernel.errors import CityError
from server.platform.watch import logs
from server.settings import Settings

if TYPE_CHECKING:
    from server.command.triage.evaluation import Sorted

# A command imports what it needs itself: the crew and `--help` shall not carry the whole city.

MODULE = [sys.executable, "-P", "-m"]
PREPARE, WORK = [*MODULE, "server.cli", "prepare"], [*MODULE, "server.serving"]
REFUSED = 2  # exit code

app = typer.Typer(help="Sanwei: one grid, one window, one team.", no_args_is_help=True)
imports = typer.Typer(help="Read outside data into the store.", no_args_is_help=True)
audits = typer.Typer(help="The flow records and their hash chains.", no_args_is_help=True)
evaluations = typer.Typer(help="What orders count as, and the sums of it.", no_args_is_help=True)
grids = typer.Typer(help="The map of grid cells.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(grids, name="grids")
app.add_typer(audits, name="audit")
triages = typer.Typer(help="What is suggested to the dispatcher, learnt from history.", no_args_is_help=True)
app.add_typer(triages, name="triage")
app.add_typer(evaluations, name="evaluate")


@app.command()
def run(
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on the port; default SANWEI_WORKERS.")
    ] = None,
) -> None:
    """Migrate, seed the demo once when SANWEI_MODE=demo, and serve until Ctrl+C or SIGTERM.

    With several workers SIGHUP relieves one after another, by the code that lies there now.
    """
    settings = Settings()
    if workers:
        settings = settings.model_copy(update={"workers": workers})
    if settings.workers > 1 and not settings.database_url.startswith("postgresql"):
        _refuse("Several workers need PostgreSQL: the embedded store has one writer, in one process.")
    if settings.workers > 1 and not settings.redis_url:
        _refuse(
            "Several workers need Redis: without it they neither wake each other nor count tries together."
        )
    logging.config.dictConfig(logs.config(settings.log_lines, settings.log_level))
    _port_is_free(settings)
    if settings.workers == 1:
        _serve(settings)
    else:
        _serve_together(settings)


@app.command(hidden=True)
def prepare() -> None:
    """What `run` lets a process of its own do, whose memory is free again afterwards."""
    from server.app import prepare
    from server.demo import HalfTold

    settings = Settings()
    try:
        asyncio.run(prepare(settings, echo=typer.echo))
    except HalfTold:
        _refuse("The demo was cut off while it was being told. Begin again: make demo")
    _welcome(settings)


@app.command()
def migrate() -> None:
    """Bring the store to today's tables."""
    from server.app import migrate

    asyncio.run(migrate(Settings()))
    typer.echo("The store is up to date.")


@app.command()
def keys() -> None:
    """Make the key files a production server wants to find. Existing ones stay."""
    from server.platform.vault import Vault

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
    from server.app import migrate, opened
    from server.integrations.messages import Refused, read_messages

    settings, size = Settings(), file.stat().st_size

    async def work() -> tuple[int, int, list[Refused]]:
        await migrate(settings)
        async with opened(settings) as office:
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


@grids.command("import")
def import_grids(
    file: Path,
    datum: Annotated[str | None, typer.Option(help="gcj02, wgs84 or cgcs2000. Never guessed.")] = None,
    note: Annotated[str, typer.Option(help="Why, for whoever publishes it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and report; propose nothing.")] = False,
) -> None:
    """Propose the cells of a GeoJSON file; an administrator publishes them in the officer app."""
    from server.app import migrate, opened
    from server.grid.grids import service
    from server.kernel.actors import SYSTEM
    from server.platform.sheets import BadSheet
    from server.platform.words import Words

    settings, raw = Settings(), file.read_bytes()

    async def work() -> tuple[int, list[str]]:
        await migrate(settings)
        async with opened(settings) as office:
            no, report = await service.tried(office, SYSTEM, raw, datum, note=note, keep=not dry_run)
            say = office.of(Words).say
            return no, [say(f"means.{row['code']}").format(**row) for row in report]

    try:
        no, lines = asyncio.run(work())
    except BadSheet as refusal:
        typer.echo(f"{file}: {refusal.code}", err=True)
        for fault in refusal.faults[:50]:
            typer.echo(f"  feature {fault.line}, {fault.column}: {fault.code} {fault.value}", err=True)
        raise typer.Exit(1) from None
    except CityError as refusal:
        typer.echo(f"{file}: {refusal.code} {refusal.params}", err=True)
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(f"  {line}")
    typer.echo("Nothing was proposed." if dry_run else f"Proposed as edition {no}.")


@grids.command("export")
def export_grids(
    file: Path,
    datum: Annotated[str | None, typer.Option(help="gcj02, wgs84 or cgcs2000.")] = None,
) -> None:
    """Write every cell, valid and closed: GeoJSON, or CSV when FILE ends in .csv."""
    from server.app import opened
    from server.grid.grids import geojson, service

    async def work() -> bytes:
        known = geojson.datum_of(datum)
        async with opened(Settings()) as office:
            tables = await service.tables(office)
        return (geojson.write_csv if file.suffix == ".csv" else geojson.write)(tables, known)

    try:
        file.write_bytes(asyncio.run(work()))
    except CityError as refusal:
        typer.echo(f"{refusal.code} {refusal.params}", err=True)
        raise typer.Exit(1) from None


@audits.command("verify")
def audit_verify() -> None:
    """Walk every hash chain; exit 1 and say where when a line was edited, removed or cut off."""
    from server.app import opened
    from server.platform import audit

    async def work() -> tuple[int, list[audit.Break]]:
        async with opened(Settings()) as office, office.reading() as session:
            return await audit.verify(session)

    lines, breaks = asyncio.run(work())
    for each in breaks:
        typer.echo(f"{each.street} broken at {each.seq}: {each.what}", err=True)
    typer.echo(f"{lines} lines hold, {len(breaks)} chains broken.")
    raise typer.Exit(1 if breaks else 0)


@evaluations.command("rebuild")
def evaluate_rebuild(
    check: Annotated[bool, typer.Option(help="Only compare; exit 1 when something differs.")] = False,
) -> None:
    """Derive every order's facts anew from its flow records and clocks, and put right what differs."""
    from server.app import migrate, opened
    from server.supervision.evaluation.service import rebuild

    async def work() -> rebuild.Proof:
        await migrate(Settings())
        async with opened(Settings()) as office:
            async with office.reading() as session:
                length = await rebuild.orders(session)
            with typer.progressbar(length=length, label="orders") as bar:
                return await rebuild.rebuild(office, check=check, progress=bar.update)

    proof = asyncio.run(work())
    for id, names in list(proof.wrong.items())[:10]:
        typer.echo(f"  {id}: {', '.join(names)}", err=True)
    typer.echo(f"{proof.orders} orders, {proof.counted} count. "
               f"{len(proof.wrong)} differed, {proof.sums} sums differed.")  # fmt: skip
    raise typer.Exit(1 if check and not proof.holds else 0)


Labels = Annotated[str, typer.Option("--label", help="The column with the class; else a usual one.")]
Question = Annotated[str, typer.Option("--as", help="What the classes are: category, matter or unit.")]


@triages.command("evaluate")
def triage_evaluate(file: Path, label: Labels = "") -> None:
    """How well a model sorts texts it has not seen: stratified five-fold cross-validation."""
    from server import teaching
    from server.command.triage import evaluation

    texts = _labelled(file, label)
    with typer.progressbar(length=teaching.steps(texts, teaching.FOLDS), label="learning") as bar:
        report = evaluation.evaluate(texts, bar.update, teaching.FOLDS)
    typer.echo(teaching.told(report))


@triages.command("train")
def triage_train(
    file: Annotated[Path | None, typer.Argument(help="CSV in UTF-8: title, body, category.")] = None,
    label: Labels = "",
    kind: Question = "category",
    from_store: Annotated[
        bool, typer.Option("--from-store", help="Matter and unit, from the district's closed orders.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the model to this file.")] = None,
    propose: Annotated[
        bool, typer.Option(help="Lay it before the city; a second person publishes it.")
    ] = False,
) -> None:
    """Learn from sorted messages, or from closed orders. What else the model knows is kept."""
    from server import teaching
    from server.app import migrate, opened
    from server.command.triage import evaluation
    from server.command.triage.head import Head
    from server.command.triage.model import Kind, Model

    if (file is None) is not from_store or kind not in ("category", "matter", "unit"):
        _refuse("Give a file, or --from-store; --as is category, matter or unit.")

    async def work() -> None:
        await migrate(Settings())
        async with opened(Settings()) as office:
            heads: dict[Kind, Head] = await teaching.held(office)
            lessons = {cast(Kind, kind): _labelled(file, label)} if file else await teaching.decided(office)
            for each, texts in lessons.items():
                texts, few = teaching.worth_learning(texts)
                if few:
                    typer.echo(f"{each}: {sum(few.values())} texts of {len(few)} rare classes are left out")
                with typer.progressbar(length=teaching.steps(texts, teaching.FOLDS + 1), label=each) as bar:
                    heads[each], report = evaluation.train(texts, bar.update)
                typer.echo(teaching.told(report))
            if out:
                out.write_bytes(Model(heads).dump())
            if propose:
                edition = await teaching.propose(office, heads, file.name if file else "closed orders")
                typer.echo(f"Edition triage/{edition.no} is proposed; somebody else publishes it.")

    try:
        asyncio.run(work())
    except (CityError, ValueError) as refusal:
        _refuse(f"{getattr(refusal, 'code', '')} {refusal}".strip())


def _labelled(file: Path, label: str) -> list["Sorted"]:
    from server.integrations.labelled import read_labelled
    from server.teaching import worth_learning

    try:
        return worth_learning(read_labelled(file, label))[0]
    except (CityError, OSError, ValueError) as refusal:
        _refuse(f"{file}: {getattr(refusal, 'code', '')} {refusal}")


def _serve(settings: Settings) -> None:
    gc.disable()  # nothing that is imported is garbage, and looking costs a tenth; `serving.settle` ends this
    from server import app, serving

    if asyncio.run(app.is_prepared(settings)):
        _welcome(settings)
    elif code := subprocess.call(PREPARE):
        raise typer.Exit(code)
    serving.serve(settings)


def _serve_together(settings: Settings) -> None:
    listeners = crew.listeners(settings.host, settings.port, settings.workers)
    together = crew.Crew(PREPARE, WORK, listeners, drain_seconds=settings.drain_seconds)
    raise typer.Exit(asyncio.run(together.run()))


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(REFUSED)


def _port_is_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            _refuse(
                f"Port {settings.port} on {settings.host} is taken. Stop what runs there, "
                "or choose another: make run PORT=8100"
            )


def _welcome(settings: Settings) -> None:
    for app_name in ("citizen", "officer", "leader"):
        typer.echo(f"{app_name:<8} {settings.origin}/{app_name}/")
    if settings.demo:
        from server.demo import accounts_of

        typer.echo("\nDemo accounts (one tap on the sign-in page, or number and password):")
        for accounts in accounts_of(settings).values():
            for each in accounts:
                typer.echo(f"  {each['staffNo']}  {each['password']}  {each['postName']} {each['name']}")
        typer.echo("Citizens need no account; 13800138001 owns a case that waits for a rating.")
    typer.echo("\nCtrl+C stops the server; the data stays in " + str(settings.data_dir))


if __name__ == "__main__":
    app()
