"""A word left for the officer of a cell, and his answer; whoever stands in finds both."""

from server.grid.cards import queries, rules
from server.grid.cards.tables import CardMessage
from server.identity.queries import officers_in
from server.kernel.errors import NotFound
from server.kernel.text import clean_text
from server.platform.areas import Cell
from server.platform.vault import Vault
from server.platform.work import Office, Work

KIND = "message"
KEY_LENGTH = 10


def cell_of(office: Office, code: str) -> Cell:
    """The cell of the code on a card. Raises NotFound."""
    wanted = code.strip().upper()
    for cell in office.areas.cells:
        if cell.card == wanted:
            return cell
    raise NotFound(subject=code)


def key_of(office: Office, cell: str, account_id: str) -> str:
    """What only a card of this officer for this cell carries."""
    return office.of(Vault).lookup(f"card/{cell}/{account_id}")[:KEY_LENGTH]


async def leave(work: Work, *, id: str, code: str, text: str) -> CardMessage:
    """留言, to who answers for the cell now. Raises NotFound, WordsWaiting, TextRequired, TextTooLong."""
    cell = cell_of(work.office, code)
    words = clean_text(text, field="text", limit=rules.TEXT_LIMIT, required=True)
    officers = await officers_in(work.session, cell.code, work.now)
    if not officers:
        raise NotFound(subject=code)
    if (await work.session.exec(queries.waiting(work.actor, cell.code))).one() >= rules.MOST_OPEN:
        raise rules.WordsWaiting(most=rules.MOST_OPEN)
    row = CardMessage(
        id=id, cell=cell.code, citizen_id=work.actor.id, officer_id=officers[0].id, text=words, at=work.now
    )
    work.session.add(row)
    work.record(f"{KIND}.leave", KIND, id, area=cell.code, receiver=row.officer_id,
                touches=[f"person:{row.officer_id}", f"cell:{cell.code}"])  # fmt: skip
    return row


async def answer(work: Work, *, id: str, text: str) -> CardMessage:
    """Answered once, by an officer of the cell. Raises NotAllowed, NotFound, AnsweredAlready."""
    rules.needs_officer(work.actor)
    row = (await work.session.exec(queries.locked(work.actor, id))).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    if row.answered_at is not None:
        raise rules.AnsweredAlready
    row.answer = clean_text(text, field="text", limit=rules.TEXT_LIMIT, required=True)
    row.answered_by, row.answered_at = work.actor.id, work.now
    work.record(f"{KIND}.answer", KIND, id, area=row.cell,
                touches=[f"person:{row.citizen_id}", f"cell:{row.cell}"])  # fmt: skip
    return row
