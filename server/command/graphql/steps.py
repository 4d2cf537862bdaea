"""The life of a case: the steps that were taken, and the clocks that run."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import strawberry
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.graphql.types import (
    FROM_REPORTERS,
    PHOTO,
    Person,
    Photo,
    load_people,
    photos_of,
    unit_of,
)
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import EVERYONE, LEADER, OFFICER, STAFF, Role
from server.platform import sla
from server.platform.audit import AuditLine
from server.platform.kept import kept
from server.platform.work import DEPUTY_OF

LINE = ("street", "seq", "at", "verb", "subject_kind", "subject_id", "actor_id", "unit_id", "receiver",
        "opinion", "detail")  # fmt: skip
MOST_STEPS = 200


@strawberry.type
class TimelineEntry:
    """One step that was taken, in the words of `verb.<verb>`."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    line: strawberry.Private[AuditLine]
    pictures: strawberry.Private[Mapping[str, Photo]]
    for_citizen: strawberry.Private[bool]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"{self.line.street}-{self.line.seq}")

    @strawberry.field
    def at(self) -> datetime:
        return self.line.at

    @strawberry.field
    def verb(self) -> str:
        """Key of its words, e.g. verb.order.dispatch; a check or verification names its conclusion."""
        conclusion = self.line.detail.get("conclusion")
        return ".".join(["verb", self.line.verb, *([conclusion] if conclusion else [])])

    @strawberry.field
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.line.actor_id)

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        """The unit it was sent to, or the one that did it."""
        office = info.context.office
        return unit_of(office, self.line.receiver) or unit_of(office, self.line.unit_id)

    @strawberry.field
    def opinion(self) -> str | None:
        """Words that go with the step; a citizen reads only those meant for him."""
        hidden = self.for_citizen and self.line.verb not in WORDS_FOR_CITIZENS
        return None if hidden else self.line.opinion or None

    @strawberry.field
    def reason(self) -> str | None:
        """Key of a coded reason, e.g. not_our_duty."""
        reason = self.line.detail.get("reason")
        return str(reason) if reason else None

    @field_for(OFFICER, LEADER)
    def deputy_of(self, info: Info) -> Person | None:
        """Whom the person stood in for; null for who acted in a post of his own."""
        return info.context.soon(load_people, str(self.line.detail.get(DEPUTY_OF, "")))

    @field_for(OFFICER, LEADER)
    def basis(self) -> str | None:
        """The clause a return rests on."""
        clause = self.line.detail.get("basis")
        return str(clause) if clause else None

    @field_for(OFFICER, LEADER)
    def photo_far_m(self) -> int | None:
        """How far from the place the photos of a result say they were taken, when that was too far."""
        metres = self.line.detail.get("photo_far_m")
        return int(metres) if metres else None

    @field_for(OFFICER, LEADER)
    def photo_old(self) -> bool:
        """True when a photo of a result says it was taken before the report."""
        return bool(self.line.detail.get("photo_old"))

    @strawberry.field
    def until(self) -> datetime | None:
        """The day an extension or a suspension ends."""
        day = self.line.detail.get("until")
        return datetime.fromisoformat(day) if day else None

    @strawberry.field
    def photos(self) -> list[Photo]:
        found = (self.pictures.get(id) for id in self.line.detail.get("photos", ()))
        return [picture for picture in found if picture]

    @field_for(OFFICER, LEADER)
    def internal(self) -> bool:
        """True when the citizen does not see this step."""
        return self.line.verb not in PUBLIC_VERBS


# What a citizen sees of an order's life, and whose words are written for him. Returns, arbitration and the
# department's own confirmation stay inside (ux 0.4): they never stop his clock.
PUBLIC_VERBS = frozenset({
    "order.report", "order.request_verify", "order.verify_done", "order.file", "order.dispatch",
    "order.sign", "order.reroute", "order.finish", "order.check_pass", "order.check_fail", "order.close",
    "order.close_reject", "order.reopen", "order.reject", "order.split", "order.extend", "order.suspend",
    "order.resume", "order.merge", "order.void", "order.clock_100", "request.urge", "request.supply",
    "request.withdraw", "request.rate", "request.reopen",
    "request.ask_info", "request.info_timeout", "request.visit_timeout", "request.remind",
    "request.rate_again",
})  # fmt: skip
WORDS_FOR_CITIZENS = frozenset({
    "order.finish", "order.reject", "order.void", "order.extend", "order.suspend", "order.close",
    "request.supply", "request.rate", "request.reopen", "request.ask_info", "request.reject", "request.refer",
    "request.extend", "request.audit_pass", "request.approve", "request.rate_again",
})  # fmt: skip
# Notes for the news only, or told by the order's own line; a timeline of people does not need them.
UNSAID = frozenset({"order.clock_80", "order.mention", "order.acknowledge", "order.supplied", "order.urged",
                    "order.rated",
                    "request.submit",
                    "request.assign", "request.sign", "request.reply", "request.audit_pass",
                    "request.audit_fail", "request.reject", "request.hand_over", "request.clock_80",
                    "request.clock_100", "request.clock_150", "request.clock_200",
                    "request.remind_rating", "order.asked", "order.answered"})  # fmt: skip

# The life of a request that stands on its own: what the citizen sees of it, and what only the news needs.
PUBLIC_ALONE = frozenset({
    "request.submit", "request.ask_info", "request.supply", "request.info_timeout", "request.reject",
    "request.refer", "request.assign", "request.sign", "request.contact", "request.extend",
    "request.audit_pass", "request.approve", "request.rate", "request.rate_again", "request.reopen",
    "request.urge",
    "request.withdraw", "request.visit_timeout", "request.make_order", "request.remind",
    "request.clock_100",
})  # fmt: skip
UNSAID_ALONE = frozenset({"request.hand_over", "request.clock_80", "request.remind_rating"})


Subject = tuple[str, str]  # kind and id: an order and the request it came from share their id


@dataclass(frozen=True, slots=True)
class Life:
    """Whose steps to tell: of a subject and those it rides on; to staff, or to one citizen."""

    subjects: tuple[Subject, ...]
    citizen: str = ""
    alone: bool = False  # no order carries the request: its own steps are its life

    def tells(self, line: AuditLine) -> bool:
        """Whether the step is for this reader."""
        if self.alone:
            return line.verb in PUBLIC_ALONE if self.citizen else line.verb not in UNSAID_ALONE
        return line.verb in PUBLIC_VERBS if self.citizen else line.verb not in UNSAID

    def shows(self, photo: Photo) -> bool:
        """Two reporters of one case see each other's steps, not each other's pictures."""
        row = photo.row
        return not self.citizen or row.photo_kind not in FROM_REPORTERS or row.owner_id == self.citizen


async def load_timelines(context: Context, lives: list[Life]) -> list[list[TimelineEntry]]:
    """The steps of each life, newest first."""
    read = context.office.read
    kinds, ids = (
        sorted(set(each)) for each in zip(*(s for life in lives for s in life.subjects), strict=True)
    )
    lines: defaultdict[Subject, list[AuditLine]] = defaultdict(list)
    for line in await read.lines(_steps(kinds, ids, MOST_STEPS * len(lives)), LINE):
        lines[line.subject_kind, line.subject_id].append(line)
    photos: defaultdict[str, list[Photo]] = defaultdict(list)
    for photo in Photo.of(await read.lines(photos_of(ids), PHOTO)):
        photos[photo.row.attached_id or ""].append(photo)
    return [_told(life, lines, photos) for life in lives]


@kept
def _steps(kinds: list[str], ids: list[str], most: int) -> SelectOfScalar[AuditLine]:
    rows = select(AuditLine).where(col(AuditLine.subject_kind).in_(kinds), col(AuditLine.subject_id).in_(ids))
    return rows.order_by(col(AuditLine.at).desc(), col(AuditLine.seq).desc()).limit(most)


def _told(
    life: Life, lines: Mapping[Subject, list[AuditLine]], photos: Mapping[str, list[Photo]]
) -> list[TimelineEntry]:
    steps = [line for subject in life.subjects for line in lines.get(subject, ()) if life.tells(line)]
    seen = [photo for _, id in life.subjects for photo in photos.get(id, ()) if life.shows(photo)]
    pictures = {photo.row.id: photo for photo in seen}
    return [
        TimelineEntry(line=line, pictures=pictures, for_citizen=bool(life.citizen))
        for line in sorted(steps, key=lambda line: (line.at, line.seq), reverse=True)[:MOST_STEPS]
    ]


@strawberry.type
class ClockPause(View[sla.TimerPause]):
    """An interval that did not count; `why` is the state that stopped the clock."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    paused_at: datetime = column()
    resumed_at: datetime | None = column()  # null while it lasts
    why: str = column()


@strawberry.type
class ClockRevision(View[sla.DeadlineRevision]):
    """A deadline that moved; `reason` is somebody's words, or the key of what made it."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    at: datetime = column()
    old: datetime | None = column()
    new: datetime = column()
    reason: str = column()

    @field_for(needs={"by"})
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.by)


@strawberry.type
class Clock(View[sla.Timer]):
    """One limit on a case: started, paused, due."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    name: str = column()  # key of its name: accept, dispatch, sign, handle, check, promise, …
    started_at: datetime = column()
    due_at: datetime | None = column()  # null while paused
    original_due_at: datetime = column()
    paused_at: datetime | None = column()
    paused_why: str | None = column()
    stopped_at: datetime | None = column()  # null while it runs
    level: int = column()  # the highest mark passed: 0, 80, 100, 150 or 200 percent
    provisional: bool = column()  # the deadline crosses a year whose holidays are not announced yet

    @field_for(most=20, needs={"id"})
    def pauses(self, info: Info) -> list[ClockPause]:
        """The oldest first."""
        return info.context.soon(load_pauses, self.row.id)

    @field_for(most=20, needs={"id"})
    def revisions(self, info: Info) -> list[ClockRevision]:
        """The oldest first."""
        return info.context.soon(load_revisions, self.row.id)

    @field_for(needs={"stopped_at", "overtime", "level"})
    def overdue(self) -> bool:
        return self.row.overtime if self.row.stopped_at else self.row.level >= sla.RUN_OUT


CLOCK = ("id", "subject_id", "name", "started_at", "due_at", "original_due_at", "paused_at", "paused_why",
         "stopped_at", "level", "overtime", "provisional")  # fmt: skip


async def load_clocks(context: Context, ids: list[str]) -> list[list[Clock]]:
    """All clocks of each order, the oldest first."""
    return await _clocks_of(context, "order", ids)


async def load_request_clocks(context: Context, ids: list[str]) -> list[list[Clock]]:
    """All clocks of each request, the oldest first."""
    return await _clocks_of(context, "request", ids)


async def _clocks_of(context: Context, kind: str, ids: list[str]) -> list[list[Clock]]:
    found: defaultdict[str, list[Clock]] = defaultdict(list)
    for clock in Clock.of(await context.office.read.lines(_clocks(kind, ids), CLOCK)):
        found[clock.row.subject_id].append(clock)
    return [found[id] for id in ids]


async def load_pressing(context: Context, stages: list[tuple[str, str]]) -> list[Clock | None]:
    """For each order and the name of its stage's clock: the one that runs, or any that does."""
    found: dict[tuple[str, str], Clock] = {}
    for clock in Clock.of(await context.office.read.lines(_running([id for id, _ in stages]), CLOCK)):
        found.setdefault((clock.row.subject_id, clock.row.name), clock)
        found.setdefault((clock.row.subject_id, ""), clock)
    return [found.get((id, name)) or found.get((id, "")) for id, name in stages]


@kept
def _clocks(kind: str, ids: list[str]) -> SelectOfScalar[sla.Timer]:
    mine = (sla.Timer.subject_kind == kind, col(sla.Timer.subject_id).in_(ids))
    return select(sla.Timer).where(*mine).order_by(col(sla.Timer.started_at))


@kept
def _running(ids: list[str]) -> SelectOfScalar[sla.Timer]:
    mine = (sla.Timer.subject_kind == "order", col(sla.Timer.subject_id).in_(ids))
    live = select(sla.Timer).where(*mine, col(sla.Timer.stopped_at).is_(None))
    return live.order_by(col(sla.Timer.started_at))


async def load_pauses(context: Context, ids: list[str]) -> list[list[ClockPause]]:
    """The pauses of each clock, the oldest first."""
    found: defaultdict[str, list[ClockPause]] = defaultdict(list)
    for pause in ClockPause.of(await context.office.read.lines(pauses_of(ids))):
        found[pause.row.timer_id].append(pause)
    return [found[id] for id in ids]


async def load_revisions(context: Context, ids: list[str]) -> list[list[ClockRevision]]:
    """The moved deadlines of each clock, the oldest first."""
    found: defaultdict[str, list[ClockRevision]] = defaultdict(list)
    for revision in ClockRevision.of(await context.office.read.lines(_revisions(ids))):
        found[revision.row.timer_id].append(revision)
    return [found[id] for id in ids]


@kept
def pauses_of(ids: list[str]) -> SelectOfScalar[sla.TimerPause]:
    """The pauses of clocks, the oldest first."""
    rows = select(sla.TimerPause).where(col(sla.TimerPause.timer_id).in_(ids))
    return rows.order_by(col(sla.TimerPause.paused_at))


@kept
def _revisions(ids: list[str]) -> SelectOfScalar[sla.DeadlineRevision]:
    rows = select(sla.DeadlineRevision).where(col(sla.DeadlineRevision.timer_id).in_(ids))
    return rows.order_by(col(sla.DeadlineRevision.at), col(sla.DeadlineRevision.id))
