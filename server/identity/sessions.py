"""Sessions: started at sign-in, carried by a refresh secret that changes at each use, ended for good."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col

from server.identity import queries, rules
from server.identity.errors import NoSession
from server.identity.rules import Refresh
from server.identity.tables import Account, LoginSession, PostHolding
from server.identity.tokens import TokenRing
from server.kernel.actors import SYSTEM, Actor, Role
from server.kernel.errors import NotFound
from server.platform.vault import Vault
from server.platform.work import Office, Work

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Granted:
    """What a client takes home. `refresh_token` belongs into the cookie, until `ends_at`."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    ends_at: datetime
    account_id: str


class Sessions:
    """Starts, renews, switches and ends sessions."""

    def __init__(self, office: Office, ring: TokenRing, vault: Vault) -> None:
        self._office, self._ring, self._succession = office, ring, vault.derive("refresh")

    def start(self, work: Work, account: Account, holding: PostHolding | None, *, device: str) -> Granted:
        """A new session of `account`, working in `holding`."""
        role, secret = Role(account.role), secrets.token_urlsafe(SECRET_BYTES)
        login = LoginSession(
            id=str(uuid4()), account_id=account.id, holding_id=holding.id if holding else "", app=role,
            device=device, refresh_hash=_hash(secret), created_at=work.now,
            expires_at=rules.session_end(role, created_at=work.now, now=work.now),
        )  # fmt: skip
        work.session.add(login)
        _note(work, "session.start", login)
        return self._grant(work, login, secret)

    async def renew(self, role: Role, token: str) -> Granted:
        """A fresh access token and the next refresh token. A secret used before ends the whole session.

        Raises NoSession.
        """
        if not await self._known(token):
            raise NoSession
        async with self._office.work(SYSTEM) as work:
            granted = await self._renew(work, role, token)
        if granted is None:  # the end of a reused session is committed before it is told
            raise NoSession
        return granted

    async def switch(self, actor: Actor, holding_id: str) -> tuple[str, datetime]:
        """An access token for another post of the same person. Raises NoSession or NotFound."""
        async with self._office.work(actor) as work:
            login = await _locked(work, actor.session_id)
            held = (await work.session.exec(queries.holdings_of(actor.id, work.now))).all()
            if holding_id not in {holding.id for holding in held}:
                raise NotFound(subject=holding_id)
            login.holding_id = holding_id
            _note(work, "session.switch", login)
            return self._access(work, login)

    async def end(self, role: Role, token: str) -> None:
        """Sign out. Tokens and sockets of the session die within five seconds. Unknown tokens end nothing."""
        if not await self._known(token):
            return
        session_id, _, secret = token.partition(".")
        async with self._office.work(SYSTEM) as work:
            login = await work.session.get(LoginSession, session_id, with_for_update=True)
            if login and login.app == role and login.revoked_at is None and _hash(secret) in (
                login.refresh_hash, login.previous_hash
            ):  # fmt: skip
                _revoke(work, login, "logout")

    async def _known(self, token: str) -> bool:
        """Is there such a session at all? Asked of a reader, so that rubbish never queues for the writer."""
        async with self._office.reading() as session:
            login = await session.get(LoginSession, token.partition(".")[0])
        return login is not None and login.revoked_at is None

    async def _renew(self, work: Work, role: Role, token: str) -> Granted | None:
        session_id, _, secret = token.partition(".")
        login = await _locked(work, session_id)
        if login.app != role:
            raise NoSession
        match rules.judge_refresh(
            _hash(secret), current=login.refresh_hash, previous=login.previous_hash,
            rotated_at=login.rotated_at, now=work.now,
        ):  # fmt: skip
            case Refresh.REUSED:
                _revoke(work, login, "reuse")
                return None
            case Refresh.CURRENT:
                login.previous_hash, login.rotated_at = login.refresh_hash, work.now
                login.refresh_hash = _hash(self._successor(login, secret))
            case Refresh.RACING:
                pass  # the successor is the one the faster tab got
        await self._stay_in_post(work, login)
        login.expires_at = rules.session_end(role, created_at=login.created_at, now=work.now)
        return self._grant(work, login, self._successor(login, secret))

    async def _stay_in_post(self, work: Work, login: LoginSession) -> None:
        """Staff whose post ended go on in the first they still hold. Raises NoSession without one."""
        if login.app == Role.CITIZEN:
            return
        held = (await work.session.exec(queries.holdings_of(login.account_id, work.now))).all()
        if not held:
            raise NoSession
        if login.holding_id not in {holding.id for holding in held}:
            login.holding_id = held[0].id

    def _successor(self, login: LoginSession, secret: str) -> str:
        """The secret after `secret`: computed, so racing tabs get the same; with our key, so only by us."""
        return hmac.digest(self._succession, f"{login.id}.{secret}".encode(), hashlib.sha256).hex()

    def _grant(self, work: Work, login: LoginSession, secret: str) -> Granted:
        token, expires_at = self._access(work, login)
        return Granted(token, expires_at, f"{login.id}.{secret}", login.expires_at, login.account_id)

    def _access(self, work: Work, login: LoginSession) -> tuple[str, datetime]:
        return self._ring.mint(
            account_id=login.account_id, role=Role(login.app), holding_id=login.holding_id,
            session_id=login.id, now=work.now,
        )  # fmt: skip


async def end_all(work: Work, account_id: str, why: str) -> None:
    """End every session of an account, e.g. when it is disabled."""
    await work.session.exec(
        update(LoginSession)
        .where(col(LoginSession.account_id) == account_id, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=work.now, revoked_why=why)
    )  # fmt: skip


async def _locked(work: Work, session_id: str) -> LoginSession:
    """The live session, locked for this unit of work. Raises NoSession."""
    login = await work.session.get(LoginSession, session_id, with_for_update=True)
    if login is None or login.revoked_at is not None or login.expires_at <= work.now:
        raise NoSession
    account = await work.session.get_one(Account, login.account_id)
    if account.disabled_at is not None:
        raise NoSession
    return login


def _revoke(work: Work, login: LoginSession, why: str) -> None:
    login.revoked_at, login.revoked_why = work.now, why
    _note(work, "session.end", login, why=why)


def _note(work: Work, verb: str, login: LoginSession, **detail: str) -> None:
    """Staff's comings and goings are on record, in the district's chain. Citizens' are their own business."""
    if login.app != Role.CITIZEN:
        work.record(
            verb, "session", login.id, area=work.office.settings.district, quiet=True,
            detail={"account": login.account_id, "device": login.device, **detail},
        )  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
