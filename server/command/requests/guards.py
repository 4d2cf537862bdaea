"""What staff may do with a request, and the guards of it: pure, as rules.py is."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from server.command.requests import errors
from server.command.requests.flow import FLOW, RequestState
from server.command.requests.flow import RequestStep as A
from server.command.requests.rules import ANSWERED_DIRECTLY, REPLY_LIMITS, Adoption, RequestKind
from server.kernel.actors import Actor, Post


class Request(Protocol):
    """The facts of a request that decisions rest on."""

    kind: str
    state: str
    order_id: str
    unit_id: str
    handler_id: str
    against: str
    against_text: str
    extended: bool
    assigned_at: datetime | None
    reopen_times: int
    replied_by: str
    impossible: bool
    leader_asked_at: datetime | None
    lon: float | None
    area: str


OFFERED = frozenset({  # what `offered` reads of a request
    "kind", "state", "order_id", "unit_id", "handler_id", "extended", "reopen_times", "replied_by",
    "impossible", "leader_asked_at", "against_text", "lon", "area", "against",
})  # fmt: skip
AT_A_DESK = frozenset({  # what staff do by hand; the rest follows an order or is the citizen's
    A.NAME_PARTY, A.DIRECT_ANSWER, A.ASK_INFO, A.REJECT, A.REFER, A.MAKE_ORDER, A.ASSIGN, A.SIGN, A.RETURN,
    A.CONTACT, A.EXTEND, A.DRAFT, A.SEND_BACK, A.REPLY, A.AUDIT_FAIL, A.AUDIT_PASS, A.TO_LEADER, A.APPROVE,
    A.DECLINE,
})  # fmt: skip


def offered(request: Request, actor: Actor) -> list[A]:
    """What this person may do now: the buttons of the screen. Facts a form supplies are not asked yet."""
    found = FLOW.offered(RequestState(request.state), actor.post)
    return [a for a in found if a in AT_A_DESK and _fits(request, a, actor)]


def _fits(request: Request, action: A, actor: Actor) -> bool:
    """The guards that need nothing but the request and the person."""
    if request.order_id:
        return action is A.ASK_INFO  # the order has the other steps
    nobodys = request.state == RequestState.SUBMITTED or not request.unit_id
    match action:
        case A.DIRECT_ANSWER:
            return nobodys and RequestKind(request.kind) in ANSWERED_DIRECTLY
        case A.ASSIGN:
            return nobodys
        case A.NAME_PARTY:
            return bool(request.against_text)
        case A.DRAFT:
            heads = request.reopen_times > 0 and request.handler_id not in {"", actor.id}
            return request.unit_id == actor.unit_id and (not heads or actor.post is Post.UNIT_HEAD)
        case A.SIGN | A.RETURN | A.CONTACT:
            return request.unit_id == actor.unit_id
        case A.REPLY | A.SEND_BACK:
            written = request.replied_by not in {"", actor.id} and actor.post is Post.UNIT_HEAD
            return request.unit_id == actor.unit_id and written
        case A.EXTEND:
            return not request.extended and bool(request.unit_id)
        case A.AUDIT_PASS | A.AUDIT_FAIL:
            return request.replied_by != actor.id and not request.leader_asked_at
        case A.TO_LEADER:
            return request.impossible and request.reopen_times > 0 and not request.leader_asked_at
        case A.APPROVE | A.DECLINE:
            return request.leader_asked_at is not None
        case _:
            return True


# ── guards ────────────────────────────────────────────────────────────────────────────────────────


def needs_alone(request: Request) -> None:
    """Where an order carries it, the order's own steps are taken."""
    if request.order_id:
        raise errors.RidesOnOrder


def needs_nobodys(request: Request) -> None:
    """The desk answers and sends only what no unit has in hand."""
    if request.state != RequestState.SUBMITTED and request.unit_id:
        raise errors.AnothersRequest


def needs_direct_kind(kind: RequestKind) -> None:
    """Only questions and praise are answered at the desk (domain G2)."""
    if kind not in ANSWERED_DIRECTLY:
        raise errors.NotAnsweredDirectly


def needs_own_unit(request: Request, actor: Actor) -> None:
    """Only the unit it was sent to."""
    if not request.unit_id or request.unit_id != actor.unit_id:
        raise errors.AnothersRequest


def needs_one_level_up(request: Request, actor: Actor, heads: Collection[str]) -> None:
    """Asked again, it is the head's, where the unit has one (domain G2)."""
    if request.reopen_times and heads and actor.id not in heads:
        raise errors.HeadNeeded


def needs_returnable(now: datetime, until: datetime, basis: str) -> None:
    """With a basis, within a working day."""
    if not basis.strip():
        raise errors.BasisNeeded(field="basis")
    if now > until:
        raise errors.ReturnOver


def needs_extendable(request: Request, value: float) -> None:
    """Once, and by no more than the first limit."""
    limit = REPLY_LIMITS[RequestKind(request.kind)]
    if request.extended:
        raise errors.ExtendedAlready
    if not 0 < value <= limit.value:
        raise errors.ExtensionTooLong(field="days", limit=round(limit.value))


def needs_other_eyes(writer_id: str, actor: Actor) -> None:
    """Whoever wrote a reply does not let it out."""
    if writer_id == actor.id:
        raise errors.OwnReply


def needs_draft(request: Request) -> None:
    """There is a draft to stand for."""
    if not request.replied_by:
        raise errors.NoDraft


def needs_leader_asked(request: Request) -> None:
    """Only what was laid before a leader."""
    if request.leader_asked_at is None:
        raise errors.NoDraft


def needs_party_known(request: Request) -> None:
    """Whom he complains about is found out before the complaint goes anywhere."""
    if request.against_text and not request.against:
        raise errors.PartyUnknown


def needs_verdict(kind: RequestKind, verdict: Adoption | None) -> None:
    """A suggestion is adopted, partly adopted or not, in so many words; nothing else is."""
    if (kind is RequestKind.SUGGESTION) != (verdict is not None):
        raise errors.VerdictNeeded(field="verdict")


def needs_answer(answers: bool) -> None:
    """The auditor has ticked that the reply answers what was asked."""
    if not answers:
        raise errors.AnswerNotTicked(field="answers")


PERSONAL = {  # what must not stand in words that go out: 手机号, 身份证号, 车牌号
    "phone": re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    "resident_id": re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?![\dXx])"),
    "plate": re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•]?[A-HJ-NP-Z0-9]{5,6}"
    ),
}


def needs_no_personal_data(text: str, field: str) -> None:
    """Nobody's phone, identity or plate number goes out in a reply (domain G2). Raises PersonalData."""
    for kind, pattern in PERSONAL.items():
        if pattern.search(text):
            raise errors.PersonalData(field=field, kind=kind)


def without_personal_data(text: str) -> str:
    """The same with stars, for what everybody may read."""
    for pattern in PERSONAL.values():
        text = pattern.sub("***", text)
    return text
