"""The channels an installation has, as its settings say.

Without settings nothing leaves the house: the demo and development keep what would have been sent, and
production has the inbox alone.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

from server.identity.accounts import phones
from server.identity.errors import NoChannel
from server.integrations.push_keys import b64, private_key, public_of, subscription
from server.integrations.templates import CODE, read_templates
from server.kernel.ways import Via
from server.platform.notify import Channel, Exchange, Message, Outcome, Sent
from server.platform.vault import BadKey, Vault
from server.platform.work import Office
from server.settings import Settings

SHORTEST = 16  # characters of a secret in production
WELL_KNOWN = {"secret", "changeme", "password", "example", "sanwei"}


class Kept:
    """The demo channel: the outbox keeps the message, and nobody is written to."""

    async def send(self, message: Message) -> Outcome:
        """See the port."""
        return Sent("demo")

    async def close(self) -> None:
        """See the port."""


def exchange_of(settings: Settings, vault: Vault) -> Exchange:
    """Opens no connection yet. Raises BadKey for a secret that is none, ValueError for other settings."""
    kept = Kept()
    channels: dict[Via, Channel] = {} if settings.production else dict.fromkeys(Via, kept)
    exchange = Exchange(channels, phones, shown=not settings.production, openid=_made_up)
    exchange.subscription = partial(subscription, hosts=hosts_of(settings))
    if settings.sms_url:
        from server.integrations.sms import Sms  # its line is 8 MB a server without channels can do without

        _secret(settings, "SANWEI_SMS_SECRET", settings.sms_secret)
        templates = read_templates(settings.message_templates, Via.SMS)
        channels[Via.SMS] = Sms(settings.sms_url, settings.sms_key, settings.sms_secret, templates)
    if settings.wechat_app:
        from server.integrations.wechat import Wechat

        _secret(settings, "SANWEI_WECHAT_SECRET", settings.wechat_secret)
        templates = read_templates(settings.message_templates, Via.WECHAT)
        wechat = Wechat(
            settings.wechat_url, settings.wechat_app, settings.wechat_secret, templates, settings.origin
        )
        channels[Via.WECHAT], exchange.openid, exchange.wechat_app = (
            wechat,
            wechat.openid,
            settings.wechat_app,
        )
    key = settings.vapid_key or ("" if settings.production else _own_key(vault))
    if settings.vapid_key:
        from server.integrations.webpush import WebPush

        if not settings.vapid_contact.startswith(("mailto:", "https:")):
            raise ValueError("SANWEI_VAPID_CONTACT must be mailto:… or https:…")
        hosts = hosts_of(settings)
        channels[Via.PUSH] = WebPush(private_key(key), settings.vapid_contact, hosts)
    exchange.vapid = public_of(private_key(key)) if key else ""
    return exchange


def hosts_of(settings: Settings) -> frozenset[str]:
    """The push services that may be written to."""
    return frozenset(host.strip() for host in settings.push_hosts.split(",") if host.strip())


def code_sender(office: Office) -> Callable[[str, str], Awaitable[None]] | None:
    """Sends a one-time code at once, past the outbox: it is over in five minutes. None without a channel."""
    channel = office.of(Exchange).channels.get(Via.SMS)
    if channel is None or isinstance(channel, Kept):
        return None

    async def send(phone: str, code: str) -> None:
        """Raises NoChannel when the provider does not take it."""
        message = Message(
            id=str(uuid4()), to=phone, key=CODE, params={"code": code}, text="", link="", at=office.clock(),
            urgent=True,
        )  # fmt: skip
        if not isinstance(await channel.send(message), Sent):
            raise NoChannel

    return send


async def _made_up(code: str) -> str:
    return f"demo-{code}"


def _own_key(vault: Vault) -> str:
    return b64(vault.derive("vapid"))


def _secret(settings: Settings, name: str, value: str) -> None:
    """Raises BadKey."""
    if settings.production and (len(value) < SHORTEST or value.lower().strip("0123456789-_") in WELL_KNOWN):
        raise BadKey(f"{name} is missing, too short or a well-known word")
