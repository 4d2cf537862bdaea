"""Template messages of a WeChat official account.

The token is WeChat's "stable" one: whoever asks is given the same, so several processes do not end each
other's. `client_msg_id` makes a message that comes twice one message.
"""

import asyncio
import time
from collections.abc import Mapping

import httpx

from server.integrations.line import a_line, answer, json_of
from server.integrations.templates import Template, fill
from server.kernel.errors import CityError
from server.platform.notify import Message, Outcome, Refused, Sent, TryAgain

MARGIN_SECONDS = 300  # a token is asked anew before it ends
TOKEN_OVER = {40001, 40014, 42001}
GONE = {40003, 43004, 43101}  # no such openid; does not follow us; refuses
NEVER = {40037, 41028, 41029, 41030, 47003}  # template or fields are not WeChat's
QUOTA_SECONDS = 3600.0
QUOTA = {45009}


class WechatRefused(CityError):
    """WeChat does not know the code: used before, older than five minutes, or made up."""

    code = "WECHAT_REFUSED"


class Wechat:
    """One official account."""

    def __init__(self, url: str, app: str, secret: str, templates: Mapping[str, Template], home: str) -> None:
        """`home` is the address people open; links in messages begin with it."""
        self._url, self._app, self._secret, self._home = url.rstrip("/"), app, secret, home
        self._templates = templates
        self._line = a_line()
        self._token, self._ends = "", 0.0
        self._renewing = asyncio.Lock()

    async def send(self, message: Message) -> Outcome:
        """See the port."""
        filled = fill(self._templates, message)
        if filled is None:
            return Refused("NO_TEMPLATE")
        told = {
            "touser": message.to, "template_id": filled.id, "client_msg_id": message.id.replace("-", ""),
            "url": self._home + message.link,
            "data": {name: {"value": value} for name, value in filled.fields.items()},
        }  # fmt: skip
        for fresh in (False, True):
            token = await self._bearer(fresh=fresh)
            if isinstance(token, TryAgain):
                return token
            got = await self._ask("/cgi-bin/message/template/send", {"access_token": token}, told)
            if isinstance(got, TryAgain):
                return got
            code = _errcode(got)
            if code not in TOKEN_OVER:
                return _outcome(code, got)
        return TryAgain("TOKEN_REFUSED")

    async def openid(self, code: str) -> str:
        """The person behind a code WeChat gave the browser. Raises WechatRefused."""
        asked = {"appid": self._app, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        got = await answer(self._line.get(f"{self._url}/sns/oauth2/access_token", params=asked))
        openid = "" if isinstance(got, TryAgain) else str(json_of(got).get("openid", ""))
        if not openid:
            raise WechatRefused
        return openid

    async def close(self) -> None:
        """See the port."""
        await self._line.aclose()

    async def _bearer(self, *, fresh: bool) -> str | TryAgain:
        """A token; with `fresh`, one WeChat has not refused just now."""
        used = self._token
        async with self._renewing:
            if self._token and time.monotonic() < self._ends and not (fresh and self._token == used):
                return self._token
            asked = {"grant_type": "client_credential", "appid": self._app, "secret": self._secret}
            got = await self._ask("/cgi-bin/stable_token", {}, asked)
            if isinstance(got, TryAgain):
                return got
            if not got.get("access_token"):
                return TryAgain(f"WECHAT_{_errcode(got)}")
            self._token = str(got["access_token"])
            self._ends = time.monotonic() + float(str(got.get("expires_in", 0))) - MARGIN_SECONDS
            return self._token

    async def _ask(
        self, path: str, query: Mapping[str, str], body: Mapping[str, object]
    ) -> dict[str, object] | TryAgain:
        got = await answer(self._line.post(self._url + path, params=query, json=body))
        return json_of(got) if isinstance(got, httpx.Response) else got


def _errcode(told: Mapping[str, object]) -> int:
    code = told.get("errcode", 0 if "access_token" in told else -1)
    return code if isinstance(code, int) else -1


def _outcome(code: int, told: Mapping[str, object]) -> Outcome:
    if code == 0:
        return Sent(str(told.get("msgid", "")))
    if code in GONE or code in NEVER:
        return Refused(f"WECHAT_{code}", gone=code in GONE)
    return TryAgain(f"WECHAT_{code}", after=QUOTA_SECONDS if code in QUOTA else 0)
