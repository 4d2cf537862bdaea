"""Pure decisions about base data: what fits, who may, what is shown, and when two changes are at odds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from unicodedata import normalize

from server.grid.basedata import errors
from server.grid.basedata.facts import (
    ENDS,
    FIELDS,
    PARENTS,
    BaseFieldName,
    BaseForm,
    BaseKind,
    BaseSource,
    EndReason,
    Spec,
    spec,
)
from server.identity.posts import JOBS, DataClass, Permission, may
from server.identity.rules import mobile
from server.kernel.actors import DISPATCHERS, Actor, Post, Role
from server.kernel.errors import BadInput, NotAllowed
from server.kernel.ids import valid_mobile, valid_resident_id, valid_uscc
from server.kernel.masking import mask_name, mask_phone, mask_resident_id
from server.kernel.text import clean_line

F = BaseFieldName
DUE_AFTER = timedelta(days=180)  # a record nobody has verified for so long is due
REVEALS_PER_DAY = 30
LOOKED_AGAIN = timedelta(minutes=10)  # within which a second look is the same look
CITIZENS_ID = "resident_id"  # the one identity paper with a check character
MOST_PEOPLE = 9_999
FEW = 10  # a count below is not told: it could be somebody
ID_NUMBER = re.compile(r"[0-9A-Z]{6,18}")
IDENTIFIER = re.compile(r"[0-9]{17}")
PLACED = frozenset({BaseKind.BUILDING, BaseKind.ORGANISATION, BaseKind.FACILITY})
READERS = DISPATCHERS | {Post.GRID_OFFICER}
Facts = Mapping[BaseFieldName, str]


@dataclass(frozen=True, slots=True)
class Change:
    """That somebody changed some facts, and which version came of it."""

    version: int
    by: str
    at: datetime
    fields: frozenset[BaseFieldName]


# ── who may ───────────────────────────────────────────────────────────────────────────────────────


def needs_reader(actor: Actor) -> None:
    """Grid officers in their cells, dispatchers in their area."""
    if actor.post not in READERS:
        raise NotAllowed(flow="base", action="read", post=actor.post)


def needs_collector(actor: Actor, action: str) -> None:
    """Who collects: the officers of the cells."""
    if not may(actor.post, Permission.COLLECT):
        raise NotAllowed(flow="base", action=action, post=actor.post)


def sees(actor: Actor, cell: str) -> bool:
    """The row twin of `queries.visible_to`."""
    if actor.role is not Role.OFFICER or actor.post not in READERS:
        return False
    return cell in actor.cells if actor.post is Post.GRID_OFFICER else cell.startswith(actor.area)


def needs_inspector(actor: Actor, kind: BaseKind, source: BaseSource) -> None:
    """Without a certificate nobody inspects an enterprise (国办发〔2024〕54号, 粤府办〔2025〕15号)."""
    if source is BaseSource.INSPECTION and not may(actor.post, Permission.INSPECT):
        raise errors.NotAnInspector(kind=kind)


def sources(actor: Actor) -> list[BaseSource]:
    """Where this person may have learnt something."""
    inspects = may(actor.post, Permission.INSPECT)
    return [source for source in BaseSource if inspects or source is not BaseSource.INSPECTION]


def needs_place(kind: BaseKind, cell: str, there: str) -> None:
    """Buildings, organisations and facilities, inside their own cell."""
    if kind not in PLACED:
        raise errors.NotOnTheMap(kind=kind)
    if there != cell:
        raise errors.OutsideItsCell(field="place")


def collects(actor: Actor, cell: str) -> bool:
    """He may change the records of this cell."""
    return may(actor.post, Permission.COLLECT) and sees(actor, cell)


def reveals(actor: Actor, kind: BaseKind, name: BaseFieldName) -> bool:
    """He may ask to read this fact whole: what is personal, who collects it; what is sensitive, only posts
    that unmask."""
    row = spec(kind, name)
    if row is None or not row.personal or not masks(row, actor):
        return False
    return JOBS[actor.post].unmask or (row.data is DataClass.PERSONAL and may(actor.post, Permission.COLLECT))


def needs_reveal(actor: Actor, kind: BaseKind, name: BaseFieldName) -> None:
    """Raises NotAllowed for a fact this post never reads whole."""
    if not reveals(actor, kind, name):
        raise NotAllowed(flow="base", action="reveal", post=actor.post)


# ── what is shown ─────────────────────────────────────────────────────────────────────────────────


def masks(row: Spec, actor: Actor) -> bool:
    """Phones and numbers are masked for everybody; names and the like for whoever does not visit people."""
    if not row.personal:
        return False
    by_form = row.form in {BaseForm.PHONE, BaseForm.ID_NUMBER} or row.data is DataClass.SENSITIVE
    return by_form or actor.post is not Post.GRID_OFFICER


def shown(kind: BaseKind, name: BaseFieldName, value: str, actor: Actor) -> str:
    """A fact as this person reads it by default."""
    row = spec(kind, name)
    if row is None or not value or not masks(row, actor):
        return value
    match row.form:
        case BaseForm.PHONE:
            return mask_phone(value)
        case BaseForm.ID_NUMBER:
            return mask_resident_id(value)
        case BaseForm.DATE:
            return value[:4]  # the year of birth
    return mask_name(value)


# ── what fits ─────────────────────────────────────────────────────────────────────────────────────


def cleaned(
    kind: BaseKind, facts: Facts, *, now: Facts | None = None, district: str
) -> dict[BaseFieldName, str]:
    """The facts as they are stored. Without a record that has facts `now` they are a new one's, which needs
    what is required.

    Raises NoSuchFact, TextRequired, TextTooLong, BadCharacters, BadPhone, BadIdNumber, BadUscc,
    BadIdentifier or BadFact, each naming the field.
    """
    for name in facts:
        if spec(kind, name) is None:
            raise errors.NoSuchFact(field=name)
    done = {}
    for row in FIELDS[kind]:
        if row.name in facts or (now is None and row.required):
            line = clean_line(facts.get(row.name, ""), field=row.name, limit=row.limit, required=row.required)
            done[row.name] = _fits(row, line, district) if line else ""
    number, sort = done.get(F.ID_NUMBER), done.get(F.ID_TYPE) or (now or {}).get(F.ID_TYPE) or CITIZENS_ID
    if number and sort == CITIZENS_ID and not valid_resident_id(number):
        raise errors.BadIdNumber(field=F.ID_NUMBER)
    return done


def _fits(row: Spec, line: str, district: str) -> str:
    text = number(line) if row.form in _CODES else line
    match row.form:
        case BaseForm.PHONE:
            return _phone(row, line)
        case BaseForm.ID_NUMBER if not ID_NUMBER.fullmatch(text):
            raise errors.BadIdNumber(field=row.name)
        case BaseForm.USCC if not valid_uscc(text):
            raise errors.BadUscc(field=row.name)
        case BaseForm.IDENTIFIER if not (IDENTIFIER.fullmatch(text) and text.startswith(district)):
            raise errors.BadIdentifier(field=row.name, district=district)
        case BaseForm.CHOICE if line not in row.choices:
            raise errors.BadFact(field=row.name)
        case BaseForm.DATE if not _is_day(text):
            raise errors.BadFact(field=row.name)
        case BaseForm.NUMBER:
            if not text.isascii() or not text.isdigit() or int(text) > MOST_PEOPLE:
                raise errors.BadFact(field=row.name)
            return str(int(text))
    return text


_CODES = frozenset({
    BaseForm.ID_NUMBER, BaseForm.USCC, BaseForm.IDENTIFIER, BaseForm.DATE, BaseForm.NUMBER,
})  # fmt: skip


def _phone(row: Spec, line: str) -> str:
    try:
        return mobile(line)
    except BadInput as bad:
        bad.field = row.name
        raise


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def needs_parent(kind: BaseKind, parent: BaseKind | None) -> None:
    """Raises NeedsParent where a record of this kind stands in nothing, or in the wrong thing."""
    wanted = PARENTS.get(kind, frozenset())
    if (parent not in wanted) if wanted else parent is not None:
        raise errors.NeedsParent(field="parentId", kind=kind)


def needs_end(kind: BaseKind, reason: EndReason) -> None:
    """Raises BadInput for a reason records of this kind do not have."""
    if reason not in ENDS[kind]:
        raise BadInput(field="reason")


# ── when two changes are at odds ──────────────────────────────────────────────────────────────────


def at_odds(since: Iterable[Change], facts: Facts, now: Facts, me: str) -> dict[BaseFieldName, Change]:
    """The facts whose newest change after the seen version is another person's and says something else.

    What others left alone merges by itself, and so does what both wrote alike.
    """
    newest = {name: change for change in sorted(since, key=lambda c: c.version) for name in change.fields}
    return {
        name: newest[name] for name, value in facts.items()
        if name in newest and newest[name].by != me and value != now.get(name, "")
    }  # fmt: skip


def needs_agreement(since: Sequence[Change], facts: Facts, now: Facts, me: str, version: int) -> None:
    """Raises BaseConflict, which names the facts and the newest of the others' changes."""
    odd = at_odds(since, facts, now, me)
    if odd:
        last = max(odd.values(), key=lambda change: change.version)
        raise errors.BaseConflict(
            fields=",".join(name.name for name in odd), now=version, by=last.by, at=last.at.isoformat()
        )


def due(verified_at: datetime, now: datetime) -> bool:
    """Nobody has verified it for half a year."""
    return verified_at < now - DUE_AFTER


def number_kind(text: str) -> BaseFieldName | None:
    """What a whole number typed into the search is: a phone, an identity number, or neither."""
    if valid_mobile(number(text)):
        return F.PHONE
    return F.ID_NUMBER if valid_resident_id(number(text)) else None


def number(text: str) -> str:
    """As numbers are stored."""
    return normalize("NFKC", text).strip().upper().replace(" ", "")
