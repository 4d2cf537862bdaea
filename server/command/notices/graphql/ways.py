"""How one wants to be told: channels, quiet hours, devices."""

from typing import ClassVar
from urllib.parse import quote, urlencode

import strawberry

from server.command.notices import reach
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.identity.accounts import phone_of
from server.kernel.actors import EVERYONE, LEADER, Role
from server.kernel.masking import mask_phone
from server.kernel.ways import Via
from server.platform import notify
from server.platform.notify import Exchange
from server.platform.vault import Vault

AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"


@strawberry.type
class NoticeWay:
    """A channel beside the inbox."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    via: Via
    on: bool
    reached: int = strawberry.field(description="How many addresses there are; 0 = it cannot be used yet.")
    where: str = strawberry.field(description="Of them what may be shown: 138****0001, the devices.")


@strawberry.type
class NoticeSettings:
    """How this person is told. Hours are Shanghai's; equal ones mean no quiet hours."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    ways: list[NoticeWay]
    quiet_from: int
    quiet_to: int
    push_key: str = strawberry.field(description='What a browser asks for when it subscribes; "" = none.')
    wechat_url: str = strawberry.field(description='Where WeChat is asked who one is; "" = not needed.')
    mark: strawberry.Private[int]

    @field_for(LEADER)
    def alarm(self) -> int:
        """The percent of a limit from which it is told outside the inbox: 150, 200, or 0 for never."""
        return self.mark


@strawberry.input
class NoticeWishes:
    """What one wants from now on. `alarm` is a leader's."""

    off: list[Via]
    quiet_from: int
    quiet_to: int
    alarm: int | None = None


@strawberry.input
class PushSubscription:
    """As PushSubscription.toJSON() has it; `device` is what the person would call it."""

    endpoint: str
    p256dh: str
    auth: str
    device: str = ""


@strawberry.type
class Query:
    """One's own settings."""

    @field_for(*EVERYONE)
    async def notice_settings(self, info: Info) -> NoticeSettings:
        """How one is told."""
        return await _read(info)


@strawberry.type
class Mutation:
    """Changing them."""

    @mutation_for(*EVERYONE)
    async def set_notices(self, info: Info, input: NoticeWishes) -> NoticeSettings:
        """Which channels, and when they are quiet."""
        async with info.context.office.work(info.context.actor) as work:
            await reach.wish(
                work, off=input.off, quiet_from=input.quiet_from, quiet_to=input.quiet_to,
                alarm=input.alarm if info.context.actor.role is LEADER else None,
            )  # fmt: skip
        return await _read(info)

    @mutation_for(*EVERYONE)
    async def subscribe_push(self, info: Info, input: PushSubscription) -> NoticeSettings:
        """Tell this browser."""
        async with info.context.office.work(info.context.actor) as work:
            await reach.subscribe(
                work, endpoint=input.endpoint, p256dh=input.p256dh, auth=input.auth, device=input.device
            )
        return await _read(info)

    @mutation_for(*EVERYONE)
    async def unsubscribe_push(self, info: Info, input: PushSubscription) -> NoticeSettings:
        """Do not tell this browser any more."""
        async with info.context.office.work(info.context.actor) as work:
            await reach.unsubscribe(work, endpoint=input.endpoint, p256dh=input.p256dh, auth=input.auth)
        return await _read(info)

    @mutation_for(*EVERYONE)
    async def bind_wechat(self, info: Info, code: str) -> NoticeSettings:
        """Tell the person in WeChat whom `code` stands for."""
        await reach.bind_wechat(info.context.office, info.context.actor, code)
        return await _read(info)

    @mutation_for(*EVERYONE)
    async def unbind_wechat(self, info: Info) -> NoticeSettings:
        """Do not tell in WeChat any more."""
        async with info.context.office.work(info.context.actor) as work:
            await notify.drop_address(work, Via.WECHAT)
        return await _read(info)


async def _read(info: Info) -> NoticeSettings:
    office, actor = info.context.office, info.context.actor
    exchange, now = office.of(Exchange), await reach.ways_of(office, actor)
    ways = [
        NoticeWay(
            via=via, on=via not in now.wish.off, reached=len(labels), where="、".join(filter(None, labels))
        )
        for via in Via if via in exchange.channels
        for labels in [_labels(info, now, via)]
    ]  # fmt: skip
    return NoticeSettings(
        ways=ways, quiet_from=now.wish.quiet_from, quiet_to=now.wish.quiet_to, push_key=exchange.vapid,
        wechat_url=_authorize(exchange.wechat_app, office.settings.origin + notify.app_of(actor.role)),
        mark=now.wish.alarm,
    )  # fmt: skip


def _labels(info: Info, now: reach.Ways, via: Via) -> list[str]:
    if via is not Via.SMS:
        return [each.label for each in now.addresses if each.via == via]
    if not now.phone:
        return []
    vault = info.context.office.of(Vault)
    return [mask_phone(vault.unseal(now.phone, about=phone_of(info.context.actor.id)))]


def _authorize(app: str, home: str) -> str:
    if not app:
        return ""
    asked = {"appid": app, "redirect_uri": home, "response_type": "code", "scope": "snsapi_base"}
    return f"{AUTHORIZE}?{urlencode(asked, quote_via=quote)}&state=bind#wechat_redirect"
