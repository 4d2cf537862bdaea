"""What a request looks like to its owner."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.coming import Coming, load_promises
from server.command.graphql.steps import Life, TimelineEntry, load_timelines
from server.command.graphql.types import (
    FROM_REPORTERS,
    GivenAnswer,
    Matter,
    Photo,
    Place,
    Voice,
    load_photos,
    load_staff_names,
    load_voices,
    matter_of,
    unit_of,
)  # fmt: skip
from server.command.orders.service.shown import Shown
from server.command.requests import receipts, rules
from server.command.requests.flow import FLOW, RequestState, RequestStep
from server.command.requests.graphql.loaders import load_mobiles, load_shown
from server.command.requests.graphql.told import (
    ONLY_CITIZENS,
    NextStep,
    Pause,
    PauseReason,
    Rating,
    Referral,
    RequestAction,
    load_ratings,
)
from server.command.requests.rules import (
    Adoption,
    CaseState,
    DeclineReason,
    Outcome,
    ReferTo,
    RequestKind,
)
from server.command.requests.tables import CitizenRequest
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import Post, Role
from server.kernel.calendar import day_of
from server.kernel.masking import LEFT
from server.platform.files import PhotoKind
from server.platform.vault import Vault

# what `rules.case` reads of a request, or of what stands in for its order
CASE = frozenset({"id", "order_id", "state", "merged", "reopen_times", "outcome", "area", "lon", "lat",
                  "accuracy_m", "address", "unit_id", "handler_id", "submitted_at", "due_at"})  # fmt: skip
LIFE = frozenset({"id", "order_id", "merged", "reporter_id"})
PHOTOS = frozenset({"id", "order_id", "merged", "reporter_id", "filed_by"})


@strawberry.type
class Request(View[CitizenRequest]):
    """What a citizen asked for, in the citizen's words."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    id: strawberry.ID = column()
    no: str = column()
    version: int = column()  # what the next step has to name
    kind: RequestKind = column()
    title: str = column()  # the first sentence, or the matter's name; empty when there is only a photo
    text: str = column()
    submitted_at: datetime = column()
    promised_at: datetime | None = column()
    closed_at: datetime | None = column()
    answer_by: datetime | None = column()
    urged_at: datetime | None = column()
    reopen_times: int = column()
    confidential: bool = column()

    @field_for(needs=CASE)
    async def state(self, info: Info) -> CaseState:
        return (await self._case(info))[0]

    @field_for(needs=CASE)
    async def place(self, info: Info) -> Place:
        return Place(row=await self._order(info))

    @field_for(needs=CASE)
    async def matter(self, info: Info) -> Matter | None:
        order = await self._order(info)
        return matter_of(info.context.office, order.matter_code, order.catalogue_ref)

    @field_for(most=3, needs={"answers"})
    def answers(self) -> list[GivenAnswer]:
        """What one said to the matter's questions."""
        return GivenAnswer.of(self.row.answers)

    @field_for(needs=CASE)
    async def unit(self, info: Info) -> Unit | None:
        """Who handles it; null until it is dispatched."""
        return unit_of(info.context.office, (await self._order(info)).unit_id)

    @field_for(needs=CASE)
    async def handler_name(self, info: Info) -> str | None:
        """The person in charge, once the unit has signed."""
        id = (await self._order(info)).handler_id
        return await info.context.loader(load_staff_names).load(id) if id else None

    @field_for(needs=PHOTOS)
    async def photos(self, info: Info) -> list[Photo]:
        return await self._photos(info)

    @field_for(needs=PHOTOS)
    async def voices(self, info: Info) -> list[Voice]:
        """What was said into the phone: one's own, never that of whom it was merged with."""
        load, mine = info.context.loader(load_voices).load_many, self._own
        own, shared = await load([self.row.id if self.row.merged else "", self.row.order_id or self.row.id])
        return [*own, *(one for one in shared if one.row.owner_id in mine)]

    @field_for(needs=PHOTOS)
    async def coming(self, info: Info) -> Coming | None:
        """One's own that are still on their way; null when all are here."""
        load, mine = info.context.loader(load_promises).load_many, self._own
        own, shared = await load([self.row.id if self.row.merged else "", self.row.order_id or self.row.id])
        promises = [one for one in (*own, *shared) if one.owner_id in mine]
        return Coming.of(promises, info.context.office.clock())

    @field_for(needs=PHOTOS)
    async def cover(self, info: Info) -> Photo | None:
        return _first(PhotoKind.BEFORE, await self._photos(info))

    @field_for(needs=PHOTOS)
    async def before(self, info: Info) -> Photo | None:
        """The citizen's picture, once there is one to compare it with."""
        photos = await self._photos(info)
        return _first(PhotoKind.BEFORE, photos) if _first(PhotoKind.AFTER, photos) else None

    @field_for(needs=PHOTOS)
    async def after(self, info: Info) -> Photo | None:
        """The unit's newest picture of the result."""
        return _first(PhotoKind.AFTER, reversed(await self._photos(info)))

    @field_for(needs={"promised_at"})
    def promise_provisional(self, info: Info) -> bool:
        """True while the promise reaches into a year whose holidays are not announced yet."""
        at = self.row.promised_at
        return bool(at and not info.context.office.calendar.announced(day_of(at).year))

    @field_for(needs={"promised_at", *CASE})
    async def overdue(self, info: Info) -> bool:
        """Past the promise and not over: said to the citizen as it is."""
        promised = self.row.promised_at
        return promised is not None and info.context.office.clock() > promised and await self._open(info)

    @field_for(needs=CASE)
    async def stage(self, info: Info) -> int:
        """How many of 受理 派单 处置 核查 办结 are done."""
        return (await self._case(info))[1]

    @field_for(needs=CASE)
    async def next(self, info: Info) -> NextStep | None:
        """Null when it is over."""
        order = await self._order(info)
        _, _, code = self._told(order)
        if not code:
            return None
        who = {
            "check": order.checker_id,
            "handle": order.handler_id,
            "verify": order.verifier_id,
            "reply": order.handler_id,
        }
        by = who.get(code, "")
        name = await info.context.loader(load_staff_names).load(by) if by else None
        unit = unit_of(info.context.office, order.unit_id) if code in {"sign", "handle", "reply"} else None
        at = order.suspended_until if code == "resume" else None if code == "rate" else order.due_at
        return NextStep(code=code, by=name or (unit.name if unit else None), at=at)

    @field_for(needs={*CASE, *LIFE, "question", "answer_by"})
    async def pause(self, info: Info) -> Pause | None:
        """Null while the work goes on."""
        if self.row.question:
            return Pause(why=PauseReason.ASKED, until=self.row.answer_by, words=self.row.question)
        until = (await self._order(info)).suspended_until
        if until is None or not await self._open(info):
            return None
        steps = await info.context.loader(load_timelines).load(self._life())
        words = next((step.line.opinion for step in steps if step.line.verb == "order.suspend"), "")
        return Pause(why=PauseReason.SUSPENDED, until=until, words=words or None)

    @field_for(needs={"question"})
    def question(self) -> str | None:
        """What the desk wants to know; null when nothing."""
        return self.row.question or None

    @field_for(needs={"answered_at", "reply"})
    def reply(self) -> str | None:
        """The answer, once it is out; where an order carries it, the order's life tells it."""
        return self.row.reply or None if self.row.answered_at else None

    @field_for(needs={"answered_at", "reply_source"})
    def reply_source(self) -> str | None:
        """The rule or guide the answer rests on."""
        return self.row.reply_source or None if self.row.answered_at else None

    @field_for(needs={"answered_at", "answer_id"})
    def reply_entry_id(self) -> strawberry.ID | None:
        """The entry of the knowledge base the answer was taken from, to look it up; null when from none."""
        return strawberry.ID(self.row.answer_id) if self.row.answered_at and self.row.answer_id else None

    @field_for(needs={"answered_at", "plan_on"})
    def plan_on(self) -> date | None:
        """A partial answer: when the rest will be done."""
        return self.row.plan_on if self.row.answered_at else None

    @field_for(needs={"answered_at", "verdict"})
    def verdict(self) -> Adoption | None:
        """What became of a suggestion."""
        return Adoption(self.row.verdict) if self.row.answered_at and self.row.verdict else None

    @field_for(needs={"outcome"})
    def outcome(self) -> Outcome | None:
        """Why it is over."""
        return Outcome(self.row.outcome) if self.row.outcome else None

    @field_for(needs={"reason"})
    def declined(self) -> DeclineReason | None:
        """Why it was not taken in, where no order carries it; an order's own reason stands in its steps."""
        return DeclineReason(self.row.reason) if self.row.reason in set(DeclineReason) else None

    @field_for(needs={"refer_to"})
    def refer_to(self) -> Referral | None:
        """Where to go instead; null when nowhere."""
        if not self.row.refer_to:
            return None
        to = ReferTo(self.row.refer_to)
        return Referral(to=to, phone=rules.REFER_PHONES[to])

    @field_for(needs={"id", "no"})
    def receipt_code(self, info: Info) -> str:
        """核验码: what proves a printed receipt, see `receipt`."""
        return receipts.code_of(info.context.office.of(Vault).lookup, self.row.id, self.row.no)

    @field_for(needs={"reporter_id", "phone_shown"}, personal=True)
    async def for_family(self, info: Info) -> str | None:
        """138****0001: whose it is, where I help him; null for my own."""
        if self.row.reporter_id == info.context.actor.id:
            return None
        return await info.context.loader(load_mobiles).load(self.row.reporter_id)

    @field_for(needs={"reporter_id", "filed_by"}, personal=True)
    def filed_by_other(self, info: Info) -> bool:
        """Somebody filed it for me: family, or a clerk."""
        return self.row.filed_by != "" and self.row.reporter_id == info.context.actor.id

    @field_for(needs={"against_text", "against"})
    def complains(self) -> bool:
        """Whether it is about somebody: he, his unit and his line do not see it."""
        return bool(self.row.against or self.row.against_text)

    @field_for(needs=LIFE)
    def timeline(self, info: Info) -> list[TimelineEntry]:
        """The public steps, newest first."""
        return info.context.soon(load_timelines, self._life())

    @field_for(needs={*CASE, "closed_at"})
    async def actions(self, info: Info) -> list[RequestAction]:
        """The buttons of the case page."""
        offered = FLOW.offered(RequestState(self.row.state), Post.CITIZEN)
        found = [RequestAction.SHARE]
        if RequestStep.RATE in offered or await self._changeable(info):
            found.append(RequestAction.RATE)
        elif await self._open(info):
            found.append(RequestAction.SUPPLY)
            if self.row.state != RequestState.NEED_INFO:  # then it is his turn, not ours
                found.append(RequestAction.URGE)
        if RequestStep.WITHDRAW in offered:
            found.append(RequestAction.WITHDRAW)
        return found

    @field_for(needs=CASE)
    async def followers(self, info: Info) -> int:
        """Neighbours who met it too."""
        return (await self._order(info)).likes

    @field_for(needs={"id"})
    def rating(self, info: Info) -> Rating | None:
        return info.context.soon(load_ratings, self.row.id)

    @field_for(needs={*CASE, "closed_at"})
    async def reopens(self, info: Info) -> bool:
        """未解决 sends it back: not a third time, and not once it is part of another's case."""
        if self.row.state != RequestState.VISITING or self.row.merged:
            return False
        return max(self.row.reopen_times, (await self._order(info)).reopen_times) < rules.MAX_REOPENINGS

    @field_for(needs={"id", "outcome"})
    async def rating_until(self, info: Info) -> datetime | None:
        """How long the rating may be thought over; null when it is not there, or fixed."""
        rating = await self._changeable(info)
        return rating.at + rules.CHANGE_RATING if rating else None

    @field_for(needs={"phone_shown"})
    def phone(self) -> str | None:
        """One's own, masked."""
        return self.row.phone_shown if self.row.phone_shown not in ("", LEFT) else None

    async def _changeable(self, info: Info) -> Rating | None:
        if self.row.outcome not in {Outcome.RATED, Outcome.STILL_UNSOLVED}:
            return None
        rating = await info.context.loader(load_ratings).load(self.row.id)
        fresh = rating is not None and info.context.office.clock() - rating.at <= rules.CHANGE_RATING
        return rating if fresh else None

    def _life(self) -> Life:
        """Its own steps; and those of what carries it."""
        own = ("request", self.row.id)
        if not self.row.order_id:
            return Life((own,), citizen=self.row.reporter_id, alone=True)
        merged = [("order", self.row.id)] if self.row.merged else []
        return Life((("order", self.row.order_id), own, *merged), citizen=self.row.reporter_id)

    async def _order(self, info: Info) -> Shown:
        """What carries it; without an order it stands in for one itself."""
        if not self.row.order_id:
            return _itself(self.row)
        return await info.context.loader(load_shown).load(self.row.order_id)

    async def _case(self, info: Info) -> tuple[CaseState, int, str]:
        return self._told(await self._order(info))

    def _told(self, order: Shown) -> tuple[CaseState, int, str]:
        if not self.row.order_id or self.row.state == RequestState.CLOSED:
            return rules.case_alone(self.row.state, reopened=self.row.reopen_times, outcome=self.row.outcome)
        return rules.case(self.row.state, order.state, merged=self.row.merged, reopened=self.row.reopen_times)

    async def _open(self, info: Info) -> bool:
        return (await self._case(info))[2] not in {"", "rate"}

    async def _photos(self, info: Info) -> list[Photo]:
        """One's own, and what the staff show of the work; never those of whom it was merged with."""
        load, mine = info.context.loader(load_photos).load_many, self._own
        place = self.row.order_id or self.row.id
        own, shared = await load([self.row.id if self.row.merged else "", place])
        kinds = FROM_REPORTERS
        return [*own, *(one for one in shared if one.row.photo_kind not in kinds or one.row.owner_id in mine)]

    @property
    def _own(self) -> set[str]:
        """Who sent what belongs to this request alone: whose it is, and who filed it for him."""
        return {self.row.reporter_id, self.row.filed_by}


def _itself(row: CitizenRequest) -> Shown:
    """A request that stands on its own, as an order would be shown."""
    return Shown(
        id=row.id, state="", area=row.area, lon=row.lon, lat=row.lat, accuracy_m=row.accuracy_m,
        address=row.address, catalogue_ref="", matter_code="", guessed_code="", unit_id=row.unit_id,
        handler_id=row.handler_id,
        checker_id="", verifier_id="", likes=0, overdue=False, due_at=row.due_at,
        reported_at=row.submitted_at, reopen_times=row.reopen_times,
    )  # fmt: skip


def _first(kind: PhotoKind, photos: Iterable[Photo]) -> Photo | None:
    return next((photo for photo in photos if photo.row.photo_kind == kind), None)


@strawberry.type
class RequestPage:
    """Some requests, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    items: list[Request]
    next: str | None
    total: int


@strawberry.type
class RequestEvent:
    """One's own case moved. The first event says `ready`."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    cursor: str
    verb: str
    at: datetime
    request_id: strawberry.ID | None = None
    request: Request | None = None
