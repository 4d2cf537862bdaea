"""Coming in: by password, by a code sent to a phone, or as a guest."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from math import ceil
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.identity import accounts, mine, queries, rules, sessions
from server.identity.brakes import CODE_BY_ADDRESS, CODE_BY_PHONE, GUEST, WRONG_CODE, WRONG_PASSWORD, Brakes
from server.identity.errors import BadCode, BadCredentials, NoChannel, NoSession, TooMany
from server.identity.family import service as family
from server.identity.gate import Gate
from server.identity.passwords import check_password
from server.identity.sessions import Granted, Sessions
from server.identity.tables import Account, LoginLock, LoginSession, PhoneCode, PostHolding
from server.identity.tokens import TokenRing
from server.kernel.actors import CITIZEN, SYSTEM, Actor, Role
from server.kernel.errors import NotAllowed
from server.platform import files
from server.platform.vault import Vault
from server.platform.work import Office, Work

CodeSender = Callable[[str, str], Awaitable[None]]  # phone, code
Merge = Callable[[Work, str, str], Awaitable[None]]  # guest's account, account it goes to
Proof = Callable[[Work, str, str], Awaitable[None]]  # keyed hash of the phone, account that proved it
Mine = dict[str, list[dict[str, Any]]]  # by the name of the part
Leaving = Callable[[Work], Awaitable[None]]  # what a room erases of the actor, who closes his account
Taking = Callable[[AsyncSession, Office, Actor], Awaitable[Mine]]  # what a room knows of him
GUESSES_AT_ONCE = 2  # each takes 45 ms of a core and 19 MB


class Identity:
    """The door. Built once; `on_merge` lists what must move when a guest proves a phone, `on_proof` what is
    found by that phone."""

    def __init__(self, office: Office, *, send_code: CodeSender | None = None) -> None:
        """Without `send_code` citizens cannot sign in by phone, except in the demo, which shows the code."""
        self._office, self._vault, self._send = office, office.of(Vault), send_code
        ring = TokenRing(self._vault.signing, minutes=office.settings.access_minutes)
        self.gate = Gate(office, ring)
        self.sessions = Sessions(office, ring, self._vault)
        self.brakes = Brakes(office.settings.redis_url)
        self.on_merge: list[Merge] = [files.hand_over]
        self.on_proof: list[Proof] = []
        self.on_leaving: list[Leaving] = [family.end_all]
        self.on_taking: list[Taking] = [mine.of_account]
        self._guessing = asyncio.Semaphore(GUESSES_AT_ONCE)

    async def close(self) -> None:
        """Let go of what was opened."""
        await self.brakes.close()

    async def login(
        self, role: Role, *, staff_no: str, password: str, device: str, address: str,
        holding_id: str | None = None,
    ) -> Granted:  # fmt: skip
        """Sign staff in. Raises BadCredentials, Locked or TooMany; never tells whether the name exists."""
        number = rules.staff_number(staff_no)
        async with self._guessing:  # few at a time, so the brake has counted every guess before the next
            await self.brakes.check(WRONG_PASSWORD, address)
            await self._count_try(number)
            account = await self._staff(role, number)
            checked = await check_password(password, account.password_hash if account else None)
            if account is None or not checked.right:
                await self.brakes.spend(WRONG_PASSWORD, address)
                raise BadCredentials
        holding = await self._holding(account, holding_id)
        async with self._office.work(queries.actor_of(account, holding)) as work:
            await work.session.exec(delete(LoginLock).where(col(LoginLock.key) == self._vault.lookup(number)))
            if checked.upgraded:
                await work.session.exec(
                    update(Account).where(col(Account.id) == account.id)
                    .values(password_hash=checked.upgraded)
                )  # fmt: skip
            return self.sessions.start(work, account, holding, device=device)

    async def guest(self, *, device: str, address: str, refresh_token: str | None = None) -> Granted:
        """The citizen this device already is, else a new guest. Raises TooMany."""
        if refresh_token:
            try:
                return await self.sessions.renew(CITIZEN, refresh_token)
            except NoSession:
                pass  # ended or forgotten: begin anew
        await self.brakes.spend(GUEST, address)
        async with self._office.work(SYSTEM) as work:
            account = await accounts.open_citizen(work, self._vault)
            return self.sessions.start(work, account, None, device=device)

    async def send_code(self, phone: str, *, address: str) -> str | None:
        """Send a one-time code, to a known phone or not. Returns it in the demo only.

        Raises BadPhone, TooMany or NoChannel.
        """
        number, send = rules.mobile(phone), self._sender()
        key, code = self._vault.lookup(number), rules.one_time_code()
        await self.brakes.spend(CODE_BY_ADDRESS, address)
        await self.brakes.check(CODE_BY_PHONE, key)
        async with self._office.work(SYSTEM) as work:
            sent = PhoneCode(
                phone_key=key, code_hash=self._hash_code(key, code), sent_at=work.now,
                expires_at=work.now + rules.CODE_LIFE, tries=0,
            )  # fmt: skip
            if not await _insert_unless_there(work, sent):
                before = await work.session.get_one(PhoneCode, key, with_for_update=True)
                if (wait := before.sent_at + rules.CODE_PAUSE - work.now) > timedelta():
                    raise TooMany(retryAfter=ceil(wait.total_seconds()))
                await work.session.merge(sent)
        await self.brakes.spend(CODE_BY_PHONE, key)
        if send is None:
            return code
        await send(number, code)
        return None

    async def verify_code(
        self, phone: str, code: str, *, guest: Actor | None, device: str, address: str
    ) -> Granted:
        """Sign in whoever holds the phone; a guest's cases and files go along, and what was filed with it.

        Raises BadPhone, BadCode or TooMany, and NotAllowed when that account was closed.
        """
        number = rules.mobile(phone)
        await self.brakes.check(WRONG_CODE, address)
        left = await self._try_code(self._vault.lookup(number), code)
        if left is not None:
            await self.brakes.spend(WRONG_CODE, address)
            raise BadCode(left=left)
        async with self._office.work(SYSTEM) as work:
            account = await accounts.by_phone(work, self._vault, number)
            account = account or await accounts.open_citizen(work, self._vault, phone=number)
        if account.disabled_at:
            raise NotAllowed(action="login")
        async with self._office.work(queries.actor_of(account, None)) as work:
            if guest and guest.guest:
                await self._merge(work, guest.id, account.id)
            for find in self.on_proof:
                await find(work, self._vault.lookup(number), account.id)
            return self.sessions.start(work, account, None, device=device)

    async def taken(self, actor: Actor) -> Mine:
        """Everything we know of this citizen, for himself (个人信息保护法 45), part by part."""
        found: Mine = {}
        async with self._office.reading() as session:
            for take in self.on_taking:
                found |= await take(session, self._office, actor)
        return found

    async def close_account(self, actor: Actor, code: str) -> None:
        """注销: erase what the law does not keep, end every session, let the phone go (个人信息保护法 47).

        Whoever proved a phone proves it once more. Cases stay, without him in them. Raises BadCode, TooMany.
        """
        async with self._office.reading() as session:
            account = await session.get_one(Account, actor.id)
        if account.phone_key is not None:
            await self.brakes.check(WRONG_CODE, actor.id)
            left = await self._try_code(account.phone_key, code)
            if left is not None:
                await self.brakes.spend(WRONG_CODE, actor.id)
                raise BadCode(left=left)
        async with self._office.work(actor) as work:
            for leave in self.on_leaving:
                await leave(work)
            gone = await work.session.get_one(Account, actor.id, with_for_update=True)
            gone.name, gone.phone_key, gone.phone_sealed, gone.disabled_at = "", None, None, work.now
            await sessions.end_all(work, actor.id, "closed")
            work.record("account.close", "account", actor.id, area=work.office.settings.district, quiet=True)
        self.gate.forget(actor.id)

    async def tidy(self) -> int:
        """Forget what is over: locks and codes soon, ended sessions after a month. Returns how many rows."""
        async with self._office.work(SYSTEM) as work:
            over = (
                delete(LoginLock).where(col(LoginLock.last_at) < work.now - 2 * rules.LOCK),
                delete(PhoneCode).where(col(PhoneCode.expires_at) < work.now),
                delete(LoginSession).where(col(LoginSession.expires_at) < work.now - rules.KEPT_AFTER_END),
            )
            return sum([(await work.session.exec(rows)).rowcount for rows in over])

    def _sender(self) -> CodeSender | None:
        """None in the demo, which shows the code. Raises NoChannel."""
        if self._office.settings.demo:
            return None
        if self._send is None:
            raise NoChannel
        return self._send

    async def _staff(self, role: Role, number: str) -> Account | None:
        async with self._office.reading() as session:
            rows = await session.exec(
                select(Account).where(
                    Account.staff_no == number, Account.role == role, col(Account.disabled_at).is_(None)
                )
            )
            return rows.one_or_none()

    async def _holding(self, account: Account, holding_id: str | None) -> PostHolding:
        """The post asked for, or the first. Raises NotAllowed for staff without one."""
        async with self._office.reading() as session:
            held = (await session.exec(queries.holdings_of(account.id, self._office.clock()))).all()
        for holding in held:
            if holding_id in (None, holding.id):
                return holding
        raise NotAllowed(action="login")

    async def _count_try(self, number: str) -> None:
        """Raises Locked. Counts under every name, known or not."""
        key = self._vault.lookup(number)
        async with self._office.work(SYSTEM) as work:
            await _insert_unless_there(work, LoginLock(key=key, last_at=work.now))
            lock = await work.session.get_one(LoginLock, key, with_for_update=True)
            lock.tries, lock.locked_until = rules.count_try(
                tries=lock.tries, last_at=lock.last_at, locked_until=lock.locked_until, now=work.now
            )
            lock.last_at = work.now

    async def _try_code(self, key: str, code: str) -> int | None:
        """None when the code is right, and used up with it; else how many tries are left."""
        async with self._office.work(SYSTEM) as work:
            sent = await work.session.get(PhoneCode, key, with_for_update=True)
            if sent is None or sent.expires_at <= work.now or sent.tries >= rules.CODE_TRIES:
                return 0
            if hmac.compare_digest(sent.code_hash, self._hash_code(key, code)):
                await work.session.delete(sent)
                return None
            sent.tries += 1
            return rules.CODE_TRIES - sent.tries

    def _hash_code(self, key: str, code: str) -> str:
        return self._vault.lookup(f"code/{key}/{code}")

    async def _merge(self, work: Work, guest_id: str, account_id: str) -> None:
        for move in self.on_merge:
            await move(work, guest_id, account_id)
        guest = await work.session.get_one(Account, guest_id)
        guest.merged_into_id, guest.disabled_at = account_id, work.now
        await sessions.end_all(work, guest_id, "merged")


async def _insert_unless_there(work: Work, row: SQLModel) -> bool:
    """True when `row` is new; False when its key is taken. Racing twins wait for each other."""
    insert = sqlite.insert if work.office.store.embedded else postgresql.insert
    result = await work.session.exec(insert(type(row)).values(row.model_dump()).on_conflict_do_nothing())
    return bool(result.rowcount)
