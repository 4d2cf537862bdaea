"""The life of a case: the steps that were taken, and the clocks that run."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

import strawberry
from sqlalchemy import tuple_
from sqlmodel import col, select

from server.command.graphql.types import FROM_REPORTERS, Person, Photo, load_people, unit_of
from server.graph.audience import field_for
from server.graph.context import Info
from server.identity.graphql import Unit
from server.kernel.actors import CITIZEN, EVERYONE, LEADER, OFFICER, STAFF, Role
from server.platform import files, sla
from server.platform.audit import AuditLine


@strawberry.type
class TimelineEntry:
    """One step that was taken, in the words of `verb.<verb>`."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    line: strawberry.Private[AuditLine]
    pictures: strawberry.Private[Mapping[str, files.Photo]]
    public: strawberry.Private[bool]

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
    async def by(self, info: Info) -> Person | None:
        person = await info.context.loader(load_people).load(self.line.actor_id)
        return Person(row=person) if person else None

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        """The unit it was sent to, or the one that did it."""
        return unit_of(info, self.line.receiver) or unit_of(info, self.line.unit_id)

    @strawberry.field
    def opinion(self, info: Info) -> str | None:
        """Words that go with the step; a citizen reads only those meant for him."""
        hidden = info.context.actor.role is CITIZEN and self.line.verb not in WORDS_FOR_CITIZENS
        return None if hidden else self.line.opinion or None

    @strawberry.field
    def reason(self) -> str | None:
        """Key of a coded reason, e.g. not_our_duty."""
        reason = self.line.detail.get("reason")
        return str(reason) if reason else None

    @field_for(OFFICER, LEADER)
    def basis(self) -> str | None:
        """The clause a return rests on."""
        clause = self.line.detail.get("basis")
        return str(clause) if clause else None

    @strawberry.field
    def photos(self) -> list[Photo]:
        found = (self.pictures.get(id) for id in self.line.detail.get("photos", ()))
        return [Photo(row=picture) for picture in found if picture]

    @field_for(OFFICER, LEADER)
    def internal(self) -> bool:
        """True when the citizen does not see this step."""
        return not self.public


# What a citizen sees of an order's life, and whose words are written for him. Returns, arbitration and the
# department's own confirmation stay inside (ux 0.4): they never stop his clock.
PUBLIC_VERBS = frozenset({
    "order.report", "order.request_verify", "order.verify_done", "order.file", "order.dispatch", "order.sign",
    "order.finish", "order.check_pass", "order.check_fail", "order.close", "order.close_reject",
    "order.reopen", "order.reject", "order.extend", "order.suspend", "order.resume", "order.merge",
    "order.clock_100", "request.urge", "request.supply", "request.withdraw", "request.rate", "request.reopen",
})  # fmt: skip
WORDS_FOR_CITIZENS = frozenset({
    "order.finish", "order.reject", "order.extend", "order.suspend", "order.close",
    "request.supply", "request.rate", "request.reopen",
})  # fmt: skip
# Notes for the news only, or told by the order's own line; a timeline of people does not need them.
UNSAID = frozenset({"order.clock_80", "order.acknowledge", "order.supplied", "order.urged", "request.submit",
                    "request.assign", "request.sign", "request.reply", "request.audit_pass",
                    "request.audit_fail", "request.reject", "request.hand_over", "request.clock_80",
                    "request.clock_100", "request.clock_150"})  # fmt: skip


async def timeline(
    info: Info, kind: str, id: str, *, also: Iterable[tuple[str, str]] = ()
) -> list[TimelineEntry]:
    """The steps of a subject (and of those it rides on), newest first; for citizens the public ones."""
    subjects = [(kind, id), *also]  # in pairs: an order and the request it came from share their id
    async with info.context.office.reading() as session:
        lines = list(await session.exec(
            select(AuditLine).where(
                tuple_(col(AuditLine.subject_kind), col(AuditLine.subject_id)).in_(subjects)
            ).order_by(col(AuditLine.at).desc(), col(AuditLine.seq).desc()).limit(200)
        ))  # fmt: skip
        pictures = await files.photos_of(session, "order", {subject for _, subject in subjects})
    actor = info.context.actor
    citizen = actor.role is CITIZEN
    by_id = {
        photo.id: photo for found in pictures.values() for photo in found
        if not citizen or photo.kind not in FROM_REPORTERS or photo.owner_id == actor.id
    }  # fmt: skip
    return [
        TimelineEntry(line=line, pictures=by_id, public=line.verb in PUBLIC_VERBS)
        for line in lines
        if (line.verb in PUBLIC_VERBS if citizen else line.verb not in UNSAID)
    ]


@strawberry.type
class Clock:
    """One limit on a case: started, paused, due."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[sla.Timer]

    @strawberry.field
    def name(self) -> str:
        """Key of its name: accept, dispatch, sign, handle, check, promise, …"""
        return self.row.name

    @strawberry.field
    def started_at(self) -> datetime:
        return self.row.started_at

    @strawberry.field
    def due_at(self) -> datetime | None:
        """Null while paused."""
        return self.row.due_at

    @strawberry.field
    def original_due_at(self) -> datetime:
        return self.row.original_due_at

    @strawberry.field
    def paused_at(self) -> datetime | None:
        return self.row.paused_at

    @strawberry.field
    def paused_why(self) -> str | None:
        return self.row.paused_why

    @strawberry.field
    def stopped_at(self) -> datetime | None:
        """Null while it runs."""
        return self.row.stopped_at

    @strawberry.field
    def overdue(self) -> bool:
        return self.row.overtime if self.row.stopped_at else self.row.overdue

    @strawberry.field
    def level(self) -> int:
        """The highest mark passed: 0, 80, 100 or 150 percent."""
        return self.row.level
