"""Accounts and the posts they hold: opened, given, taken, closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import uuid4

from sqlmodel import select

from server.identity import deputies, queries, rules, sessions
from server.identity.errors import PostsConflict
from server.identity.posts import JOBS
from server.identity.separation import conflicts
from server.identity.tables import Account, PostHolding, Unit
from server.kernel.actors import CITIZEN, Post, Role
from server.kernel.errors import BadInput, NotFound
from server.kernel.masking import mask_phone
from server.platform.vault import Vault
from server.platform.work import Office, Work


async def open_staff(
    work: Work, vault: Vault, *, id: str, role: Role, staff_no: str, name: str, password_hash: str,
    phone: str | None = None,
) -> Account:  # fmt: skip
    """A colleague's account. He can sign in once he holds a post. Raises BadPhone."""
    account = Account(
        id=id, role=role, name=name, staff_no=rules.staff_number(staff_no), password_hash=password_hash,
        created_at=work.now,
    )  # fmt: skip
    return await _opened(work, vault, account, phone)


async def open_citizen(
    work: Work, vault: Vault, *, id: str | None = None, phone: str | None = None, name: str = ""
) -> Account:
    """A citizen's account: with a phone, or, without, a guest who is known by the device only."""
    id = id or str(uuid4())
    account = Account(id=id, role=CITIZEN, name=name, guest=phone is None, created_at=work.now)
    return await _opened(work, vault, account, phone)


async def by_phone(work: Work, vault: Vault, phone: str) -> Account | None:
    """The citizen who proved this phone."""
    rows = await work.session.exec(
        select(Account).where(Account.role == CITIZEN, Account.phone_key == vault.lookup(phone))
    )
    return rows.one_or_none()


async def mobiles(office: Office, ids: Sequence[str]) -> list[str]:
    """138****0001 for each account; "" where there is no phone."""
    vault = office.of(Vault)
    rows = await office.read.tuples(queries.phones(list(ids)))
    shown = {id: mask_phone(vault.unseal(sealed, about=phone_of(id))) for id, sealed in rows if sealed}
    return [shown.get(id, "") for id in ids]


async def mobile(work: Work, id: str) -> str:
    """The whole number of an account; "" where there is none. The caller says who may know it, and why."""
    account = await work.session.get(Account, id)
    sealed = account.phone_sealed if account else None
    return work.office.of(Vault).unseal(sealed, about=phone_of(id)) if sealed else ""


async def set_wards(work: Work, id: str, wards: Sequence[str]) -> None:
    """Whom this account files for from now on."""
    account = await work.session.get_one(Account, id, with_for_update=True)
    account.wards = sorted(wards)


async def give_post(
    work: Work, *, account_id: str, post: Post, area: str = "", unit_id: str = "", cells: Sequence[str] = (),
    deputy: bool = False, id: str | None = None,
) -> PostHolding:  # fmt: skip
    """Put a colleague into a post.

    Raises PostsConflict where duties must stay apart (domain H3), NotFound for an account or place that is
    not there, and BadInput for a post of another app.
    """
    account = await work.session.get(Account, account_id)
    if account is None:
        raise NotFound(subject=account_id)
    if JOBS[post].role != account.role:
        raise BadInput(field="post")
    for held in await work.session.exec(queries.holdings_of(account_id, work.now)):
        if conflicts(post, Post(held.post)):
            raise PostsConflict(post=post, held=held.post)
    for code in filter(None, (area, *cells)):
        work.office.areas.by_code(code)
    holding = PostHolding(
        id=id or str(uuid4()), account_id=account_id, post=post, area=area, unit_id=unit_id,
        cells=sorted(cells), deputy=deputy, starts_at=work.now,
    )  # fmt: skip
    work.session.add(holding)
    await work.session.flush()
    _note(work, "post.give", account_id, area, post=post, unit=unit_id)
    return holding


async def take_post(work: Work, holding_id: str) -> None:
    """End a holding now. Tokens and sockets working in it die within five seconds."""
    holding = await work.session.get(PostHolding, holding_id)
    if holding is None or holding.ends_at is not None:
        raise NotFound(subject=holding_id)
    holding.ends_at = work.now
    await deputies.end_around(work, holding.account_id)
    _note(work, "post.take", holding.account_id, holding.area, post=holding.post, unit=holding.unit_id)


async def rosters(
    work: Work, handed_on: Mapping[str, Sequence[str]], duties: Mapping[str, Collection[str]]
) -> tuple[int, list[str]]:
    """How many rosters `regrid` would change, and the staff numbers among the duties nobody patrols under."""
    rows = (await work.session.exec(queries.patrols(work.now))).all()
    strangers = sorted(duties.keys() - {account.staff_no or "" for _, account in rows})
    changed = [holding for holding, account in rows
               if _cells(holding, account, handed_on, duties) != holding.cells]  # fmt: skip
    return len(changed), strangers


async def regrid(
    work: Work, handed_on: Mapping[str, Sequence[str]], duties: Mapping[str, Collection[str]]
) -> None:
    """The map changed: a grid officer has the cells of his duty grids, by staff number; whoever has none has
    the cells that took over the ground of his. Tokens and sockets follow within five seconds."""
    for holding, account in (await work.session.exec(queries.patrols(work.now))).all():
        cells = _cells(holding, account, handed_on, duties)
        if cells != holding.cells:
            holding.cells = cells
            _note(work, "post.regrid", account.id, holding.area, cells="、".join(cells))


def _cells(
    holding: PostHolding, account: Account, handed_on: Mapping[str, Sequence[str]],
    duties: Mapping[str, Collection[str]],
) -> list[str]:  # fmt: skip
    if (duty := duties.get(account.staff_no or "")) is not None:
        return sorted(duty)
    return sorted({heir for cell in holding.cells for heir in handed_on.get(cell, (cell,))})


async def disable(work: Work, account_id: str) -> None:
    """Close an account and end its sessions everywhere within five seconds."""
    account = await work.session.get(Account, account_id)
    if account is None:
        raise NotFound(subject=account_id)
    account.disabled_at = account.disabled_at or work.now
    await deputies.end_around(work, account_id)
    await sessions.end_all(work, account_id, "disabled")
    _note(work, "account.disable", account_id, "")


async def add_unit(work: Work, *, id: str, name: str, phone: str = "", waives_confirm: bool = False) -> None:
    """Make a department known, or bring its name and phone up to date."""
    await work.session.merge(Unit(id=id, name=name, phone=phone, waives_confirm=waives_confirm))


async def _opened(work: Work, vault: Vault, account: Account, phone: str | None) -> Account:
    if phone is not None:
        number = rules.mobile(phone)
        account.phone_key = vault.lookup(number)
        account.phone_sealed = vault.seal(number, about=phone_of(account.id))
    work.session.add(account)
    await work.session.flush()
    if account.role != CITIZEN:
        _note(work, "account.open", account.id, "")
    return account


async def phones(work: Work, ids: Iterable[str]) -> dict[str, str]:
    """The phones of people in clear, for whoever is to call or write to them."""
    vault = work.office.of(Vault)
    return {
        id: vault.unseal(reach.phone, about=phone_of(id))
        for id, reach in (await queries.reach_of(work.session, ids)).items() if reach.phone
    }  # fmt: skip


def phone_of(account_id: str) -> str:
    """What a sealed phone is bound to."""
    return f"account/{account_id}/phone"


def _note(work: Work, verb: str, account_id: str, area: str, **detail: str) -> None:
    work.record(
        verb, "account", account_id, area=area or work.office.settings.district, quiet=True, detail=detail
    )
