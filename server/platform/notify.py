"""Telling people outside the apps: one port for every channel, and the outbox behind it.

A message is a row, written in the transaction of what it tells; delivery.py sends it. It names a sentence and
a few facts, never anybody's own words: what a phone shows on its lock screen everybody beside it can read.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel, col, delete, select, update

from server.kernel.actors import Role
from server.kernel.ways import Via
from server.platform.db import UtcDateTime
from server.platform.rows import fresh
from server.platform.vault import Vault
from server.platform.words import Words
from server.platform.work import Work

WAITS = text("next_at IS NOT NULL")
MOST_DEVICES = 10  # of one person; of more the oldest is let go
DIGEST = "digest"  # its sentence: several messages that waited for the morning


class Delivery(StrEnum):
    """How far a message is. Only the first is not over."""

    WAITING = "waiting"
    SENT = "sent"  # the provider took it
    REFUSED = "refused"  # the person or the provider does not want it; trying again is no use
    DEAD = "dead"  # tried as often as is sensible
    FOLDED = "folded"  # told in a digest with others


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is handed. `id` stays the same however often it is tried: the provider's key."""

    id: str
    to: str  # a phone, an openid, a browser's subscription as JSON
    key: str  # of its sentence, notice.<key>
    params: Mapping[str, str]
    text: str  # the sentence, filled in
    link: str  # what a tap opens: an address of the app, without the host
    at: datetime  # of what it tells
    urgent: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it; `receipt` is its own number for it."""

    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be taken, now or later. `gone`: neither will any other to this address."""

    code: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now; `after` is in seconds, where the provider said so."""

    code: str
    after: float = 0


Outcome = Sent | Refused | TryAgain


class Channel(Protocol):
    """One way out. `send` never raises for what the provider or the line does: that is an outcome."""

    async def send(self, message: Message) -> Outcome: ...

    async def close(self) -> None: ...


Phones = Callable[[Work, Iterable[str]], Awaitable[Mapping[str, str]]]  # by person, in clear


@dataclass(slots=True)
class Exchange:
    """The channels of this installation. One of the office's tools."""

    channels: Mapping[Via, Channel]
    phones: Phones
    shown: bool = False  # the demo: what would have been sent may be read by the administrator
    vapid: str = ""  # the public key browsers ask for
    subscription: Callable[[str, str, str], str] | None = None  # what a browser gave, checked, as it is kept
    openid: Callable[[str], Awaitable[str]] | None = None  # of the person behind a code from WeChat
    wechat_app: str = ""

    async def close(self) -> None:
        """Let go of every line."""
        for channel in self.channels.values():
            await channel.close()


class Outgoing(SQLModel, table=True):
    """A message on its way, or over. What is told of one matter to one person goes out in order."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        Index("outgoing_due", "next_at", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("outgoing_line", "person_id", "subject", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("outgoing_list", "state", "created_at", "id"),
    )

    id: str = Field(primary_key=True)  # of what it tells, to whom and where: queued twice is queued once
    person_id: str
    via: str
    address_id: str = ""  # "" = the person's phone
    key: str
    params: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    link: str
    subject: str  # "order:…"
    urgent: bool
    held: bool = False  # it waits for the morning
    at: datetime = Field(sa_type=UtcDateTime)
    place: int  # among what happened at once
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(sa_type=UtcDateTime)  # when it may be tried; None = it is over
    lease: str = ""  # of the delivery that has it
    tries: int = 0
    state: str = Delivery.WAITING
    code: str = ""  # why it failed last
    receipt: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Address(SQLModel, table=True):
    """Where a person is reached beside the phone: an openid, a browser. Sealed; `key` finds it."""

    __tablename__ = "message_address"

    id: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    via: str
    sealed: str
    label: str = ""  # the device, as the person would call it
    created_at: datetime = Field(sa_type=UtcDateTime)


def sentence(words: Words, key: str, params: Mapping[str, str]) -> str:
    """What a message says."""
    text = words.say(f"notice.{key}")
    for name, value in params.items():
        text = text.replace("{" + name + "}", value)
    return text


def queue(
    work: Work, *, of: str, person_id: str, via: Via, address_id: str, key: str, params: Mapping[str, str],
    link: str, subject: str, at: datetime, place: int, urgent: bool, not_before: datetime,
) -> Outgoing:  # fmt: skip
    """Put a message into the outbox, with the rows of this unit of work. `of` is what it tells."""
    row = fresh(
        Outgoing, id=str(uuid5(NAMESPACE_OID, f"{of}:{via}:{address_id}")), person_id=person_id, via=via,
        address_id=address_id, key=key, params=dict(params), link=link, subject=subject, urgent=urgent,
        held=not_before > work.now, at=at, place=place, created_at=work.now, next_at=not_before,
    )  # fmt: skip
    work.add(row)
    return row


async def add_address(work: Work, via: Via, where: str, *, label: str = "") -> None:
    """The actor is reached at `where` from now on, and nobody else is: a device changes hands."""
    vault = work.office.of(Vault)
    id = vault.lookup(f"address/{via}/{where}")
    row = await work.session.get(Address, id, with_for_update=True)
    if row is None:
        mine = select(Address).where(Address.person_id == work.actor.id, Address.via == via)
        known = (await work.session.exec(mine.order_by(col(Address.created_at).desc()))).all()
        most = MOST_DEVICES if via is Via.PUSH else 1
        for old in known[most - 1 :]:
            await work.session.delete(old)
        sealed = vault.seal(where, about=f"address/{id}")
        row = Address(id=id, person_id=work.actor.id, via=via, sealed=sealed, created_at=work.now)
        work.session.add(row)
    row.person_id, row.label = work.actor.id, label


async def drop_address(work: Work, via: Via, where: str = "") -> None:
    """The actor is no longer reached there; without `where`, nowhere of this kind."""
    mine = delete(Address).where(col(Address.person_id) == work.actor.id, col(Address.via) == via)
    if where:
        mine = mine.where(col(Address.id) == work.office.of(Vault).lookup(f"address/{via}/{where}"))
    await work.session.exec(mine, execution_options={"synchronize_session": False})


def addresses_of(people: Iterable[str]) -> Any:
    """Where people are reached beside their phones."""
    return select(Address).where(col(Address.person_id).in_(list(people))).order_by(col(Address.created_at))


async def hand_over(work: Work, guest_id: str, account_id: str) -> None:
    """A device's person proved a phone: what reaches the device reaches the account."""
    for table in (Address, Outgoing):
        theirs = update(table).where(col(table.person_id) == guest_id).values(person_id=account_id)
        await work.session.exec(theirs, execution_options={"synchronize_session": False})


async def forget(work: Work, person_id: str) -> None:
    """Somebody closed his account: nothing is on its way to him, and nowhere is he reached."""
    for table in (Address, Outgoing):
        await work.session.exec(delete(table).where(col(table.person_id) == person_id))


def app_of(role: Role) -> str:
    """The address of the app in which this role reads."""
    return f"/{role.value}/"


def backoff(tries: int, jitter: float) -> timedelta:
    """After so many tries: half a minute, one, two, four … at most two hours, a fifth more or less.

    `jitter` is between 0 and 1.
    """
    seconds = min(30 * 2 ** (tries - 1), 2 * 3600)
    return timedelta(seconds=seconds * (0.8 + 0.4 * jitter))
