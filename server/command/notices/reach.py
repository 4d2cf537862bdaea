"""How a person wants to be reached, and by what: read and changed by nobody but that person."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import select

from server.command.notices import queries
from server.command.notices.rules import RED, YELLOW, Wish
from server.command.notices.tables import NoticeWish
from server.identity.queries import reach_of
from server.kernel.actors import Actor
from server.kernel.errors import BadInput, CityError
from server.kernel.text import clean_line
from server.kernel.ways import Via
from server.platform import delivery, notify
from server.platform.notify import Address, Exchange, Outgoing, addresses_of
from server.platform.work import Office, Work

MOST_DEVICE = 60  # characters
HOURS = range(24)
ALARMS = (0, YELLOW, RED)


class NoSuchWay(CityError):
    """This installation has no such channel."""

    code = "NO_SUCH_WAY"


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person is reached by: the wish, the phone, sealed, and the other addresses."""

    wish: Wish
    phone: str
    addresses: Collection[Address]


async def ways_of(office: Office, actor: Actor) -> Ways:
    """How things stand."""
    async with office.reading() as session:
        wishes = await queries.wishes(session, [actor.id])
        reach = await reach_of(session, [actor.id])
        addresses = (await session.exec(addresses_of([actor.id]))).all()
    return Ways(wishes.get(actor.id, Wish()), reach[actor.id].phone if actor.id in reach else "", addresses)


async def wish(
    work: Work, *, off: Collection[Via], quiet_from: int, quiet_to: int, alarm: int | None
) -> None:  # fmt: skip
    """What the actor wants from now on. Raises BadInput."""
    for field, hour in (("quietFrom", quiet_from), ("quietTo", quiet_to)):
        if hour not in HOURS:
            raise BadInput(field=field)
    if alarm is not None and alarm not in ALARMS:
        raise BadInput(field="alarm")
    mine = select(NoticeWish).where(NoticeWish.person_id == work.actor.id).with_for_update()
    before = (await work.session.exec(mine)).one_or_none()
    was = before.alarm if before else Wish().alarm
    await work.session.merge(NoticeWish(
        person_id=work.actor.id, off="|".join(sorted(set(off))), quiet_from=quiet_from, quiet_to=quiet_to,
        alarm=was if alarm is None else alarm,
    ))  # fmt: skip


async def subscribe(work: Work, *, endpoint: str, p256dh: str, auth: str, device: str) -> None:
    """This browser is to be told. Raises NoSuchWay, or BadInput for what no push service would take."""
    exchange = work.office.of(Exchange)
    if Via.PUSH not in exchange.channels or exchange.subscription is None:
        raise NoSuchWay(via=Via.PUSH)
    kept = exchange.subscription(endpoint, p256dh, auth)
    label = clean_line(device, field="device", limit=MOST_DEVICE)
    await notify.add_address(work, Via.PUSH, kept, label=label)


async def unsubscribe(work: Work, *, endpoint: str, p256dh: str, auth: str) -> None:
    """This browser is not to be told any more; one that never was is passed over."""
    exchange = work.office.of(Exchange)
    if exchange.subscription is not None:
        await notify.drop_address(work, Via.PUSH, exchange.subscription(endpoint, p256dh, auth))


async def bind_wechat(office: Office, actor: Actor, code: str) -> None:
    """The person behind `code` is the actor. Raises NoSuchWay, WECHAT_REFUSED."""
    exchange = office.of(Exchange)
    if Via.WECHAT not in exchange.channels or exchange.openid is None:
        raise NoSuchWay(via=Via.WECHAT)
    openid = await exchange.openid(clean_line(code, field="code", limit=MOST_DEVICE))
    async with office.work(actor) as work:
        await notify.add_address(work, Via.WECHAT, openid)


async def resend(work: Work, id: str) -> Outgoing | None:
    """An administrator has a message tried again; it stands in the record. None when there is none to try."""
    row = await delivery.resend(work, id)
    if row is not None:
        work.record("message.resend", "message", id, area=work.office.settings.district, quiet=True)
    return row
