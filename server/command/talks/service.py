"""What both ends of a talk do: ask, speak, take, hand back, end, leave a number, turn it into a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, update

from server.command.knowledge import service as knowledge
from server.command.orders.service.report import spot_of_area
from server.command.requests.rules import RequestKind
from server.command.requests.service import citizen as requests
from server.command.requests.service.citizen import Submission
from server.command.talks import errors, queries, rules
from server.command.talks.flow import FLOW, TalkAction, TalkState
from server.command.talks.rules import TalkSide
from server.command.talks.tables import Talk, TalkMessage
from server.identity.rules import mobile
from server.kernel.actors import CITIZEN, SYSTEM
from server.kernel.errors import NotFound
from server.kernel.masking import mask_phone
from server.kernel.text import clean_line, clean_text
from server.platform import files
from server.platform.files import PhotoKind
from server.platform.vault import Vault
from server.platform.work import Work, street_of

KIND = "talk"
QUEUE = "talks:queue"  # touched by whatever moves the others forward
A = TalkAction


@dataclass(frozen=True, slots=True)
class Turn:
    """One question to the knowledge base, and the entry that answered it, if one did."""

    question: str
    entry_id: str = ""


async def ask(work: Work, *, id: str, area: str, turns: Sequence[Turn]) -> Talk:
    """Hand a conversation over to a person, with everything said so far.

    Raises TalkOpen naming the one that is open, NothingSaid without a question, NotFound for another's id.
    """
    entry = FLOW.enter(A.ASK, work.actor.post)
    if await work.session.get(Talk, id):
        raise NotFound(subject=id)
    for known in await queries.of_citizen(work.session, work.actor):
        raise errors.TalkOpen(talk=known.id)
    asked = [
        (turn, clean_line(turn.question, field="question", limit=rules.QUESTION_LIMIT, required=True))
        for turn in turns[-rules.MOST_TURNS :]
    ]  # fmt: skip
    rules.needs_something(asked[-1][1] if asked else "", (), "")
    area = street_of(work.office.areas.by_code(area).code) if area else work.office.settings.district
    talk = Talk(
        id=id, state=entry.target, citizen_id=work.actor.id, area=area, question=asked[-1][1],
        asked_at=work.now, said_at=work.now,
    )  # fmt: skip
    for n, (turn, question) in enumerate(asked):
        _add(work, talk, f"{id}/{n}", TalkSide.CITIZEN, question)
        if turn.entry_id:
            said = knowledge.answer(work.office, turn.entry_id)
            _add(
                work, talk, f"{id}/{n}/answer", TalkSide.BOOK, said.answer, said.id, knowledge.source_of(said)
            )
    work.session.add(talk)
    _note(work, talk, A.ASK, "")
    return talk


async def say(
    work: Work, *, id: str, talk_id: str, text: str, photo_ids: Sequence[str] = (), entry_id: str = ""
) -> Talk:
    """One message, under the id its phone minted. A dispatcher may quote an entry of the knowledge base.

    Raises NotFound, IllegalStep, NotYourTalk, NothingSaid, TalkFull.
    """
    talk = await _locked(work, talk_id)
    if await work.session.get(TalkMessage, id):
        raise NotFound(subject=id)
    rules.needs_open(talk, work.actor)
    rules.needs_room(talk.said)
    words = clean_text(text, field="text", limit=rules.TEXT_LIMIT)
    source = ""
    if entry_id:
        quoted = knowledge.answer(work.office, entry_id)  # what is for the staff only is not said
        words, source, entry_id = words or quoted.answer, knowledge.source_of(quoted), quoted.id
    rules.needs_something(words, photo_ids, entry_id)
    await files.claim(work, photo_ids[: rules.MOST_PHOTOS], KIND, id, PhotoKind.REPLY)
    side = TalkSide.CITIZEN if work.actor.role is CITIZEN else TalkSide.DESK
    _add(work, talk, id, side, words, entry_id, source)
    work.tell(f"{KIND}.say", KIND, talk.id, area=talk.area, touches=_touches(talk))
    return talk


async def take(work: Work, *, id: str) -> Talk:
    """Answer the one who waits. Raises IllegalStep when a colleague was faster."""
    talk = await _locked(work, id)
    _step(work, talk, A.TAKE)
    talk.agent_id, talk.taken_at = work.actor.id, work.now
    return talk


async def hand_back(work: Work, *, id: str) -> Talk:
    """To the colleagues; the place in the queue is the one it always had."""
    talk = await _locked(work, id)
    rules.needs_own_talk(talk, work.actor)
    _step(work, talk, A.HAND_BACK)
    talk.agent_id = ""
    return talk


async def call_me(work: Work, *, id: str, phone: str) -> Talk:
    """改为电话: leave a number instead of waiting. Raises BadPhone."""
    talk = await _locked(work, id)
    number = mobile(phone)
    _step(work, talk, A.CALL_ME)
    talk.phone = work.office.of(Vault).seal(number, about=f"{KIND}/{talk.id}/phone")
    talk.phone_shown = mask_phone(number)
    return talk


async def end(work: Work, *, id: str) -> Talk:
    """The citizen has what he wanted, or enough of it."""
    talk = await _locked(work, id)
    _step(work, talk, A.END)
    talk.ended_at = work.now
    return talk


async def close(work: Work, *, id: str) -> Talk:
    """The dispatcher is done, or has called back."""
    talk = await _locked(work, id)
    rules.needs_own_talk(talk, work.actor)
    _step(work, talk, A.CLOSE)
    talk.ended_at = work.now
    return talk


async def register(work: Work, *, id: str, request_id: str, kind: RequestKind, text: str, area: str) -> Talk:
    """Turn it into a request of the citizen's, which he follows like any other; the talk is over.

    Raises what submitting raises.
    """
    talk = await _locked(work, id)
    rules.needs_own_talk(talk, work.actor)
    _step(work, talk, A.REGISTER)
    phone = work.office.of(Vault).unseal(talk.phone, about=f"{KIND}/{talk.id}/phone") if talk.phone else ""
    dispatcher, work.actor = (
        work.actor,
        SYSTEM,
    )  # the talk's record says who did it
    try:
        await requests.submit(work, Submission(
            id=request_id, kind=kind, text=text, spot=spot_of_area(work.office.areas, area or talk.area),
            phone=phone, reporter_id=talk.citizen_id,
            external_id=f"{KIND}/{talk.id}",
        ))  # fmt: skip
    finally:
        work.actor = dispatcher
    talk.request_id, talk.ended_at = request_id, work.now
    return talk


async def hand_over(work: Work, guest_id: str, account_id: str) -> None:
    """What a device asked before the login is the account's from now on."""
    await work.session.exec(
        update(Talk).where(col(Talk.citizen_id) == guest_id).values(citizen_id=account_id),
        execution_options={"synchronize_session": False},
    )


def _add(
    work: Work, talk: Talk, id: str, side: TalkSide, text: str, entry_id: str = "", source: str = ""
) -> None:
    talk.said += 1
    talk.said_at = work.now
    author = "" if side is TalkSide.BOOK else work.actor.id
    work.session.add(TalkMessage(
        id=id, talk_id=talk.id, seq=talk.said, at=work.now, side=side, author_id=author, text=text,
        entry_id=entry_id, source=source,
    ))  # fmt: skip


async def _locked(work: Work, id: str) -> Talk:
    """The talk, locked for change. Raises NotFound."""
    rows = queries.visible_to(work.actor).where(Talk.id == id).with_for_update()
    talk = (await work.session.exec(rows)).one_or_none()
    if talk is None:
        raise NotFound(subject=id)
    return talk


def _step(work: Work, talk: Talk, action: TalkAction) -> None:
    source = talk.state
    talk.state = FLOW.step(TalkState(source), action, work.actor.post).target
    _note(work, talk, action, source)


def _note(work: Work, talk: Talk, action: TalkAction, source: str) -> None:
    touches = _touches(talk)
    if TalkState.WAITING in {source, talk.state}:
        touches.append(QUEUE)
    work.record(f"{KIND}.{action}", KIND, talk.id, area=talk.area, source=source, target=talk.state,
                touches=touches)  # fmt: skip


def _touches(talk: Talk) -> list[str]:
    return [f"person:{talk.citizen_id}"]
