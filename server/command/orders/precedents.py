"""Past rulings, as every process knows them: they go before the responsibility matrix (domain A10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, func, select

from server.command.catalogue.entries import prefixes
from server.command.library import Library
from server.command.matrix import Duty
from server.command.orders.facts import RulingState
from server.command.orders.tables import OrderRuling
from server.platform.work import Office


@dataclass
class Precedents:
    """One of the office's tools. `numbers` names, by matter and scope, the case that set the precedent."""

    duties: tuple[Duty, ...] = ()
    numbers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    newest: tuple[int, datetime | None] = (0, None)
    _made: tuple[Library, tuple[Duty, ...], Library] | None = None

    async def refresh(self, office: Office) -> int:
        """Take up what was signed since; one look at an index when nothing was."""
        signed = OrderRuling.state == RulingState.SIGNED
        async with office.reading() as session:
            about = select(func.count(), func.max(OrderRuling.signed_at)).where(signed)
            n, last = (await session.exec(about)).one()
            if (n, last) == self.newest:
                return 0
            rows = (await session.exec(
                select(OrderRuling).where(signed).order_by(col(OrderRuling.signed_at), OrderRuling.id)
            )).all()  # fmt: skip
        last_word = {(row.matter_code, row.scope): row for row in rows}
        known = office.of(Library).units
        self.duties = tuple(
            Duty(matter, row.unit_id, scope)
            for (matter, scope), row in last_word.items() if row.unit_id in known
        )  # fmt: skip
        self.numbers = {key: str(row.facts.get("no", "")) for key, row in last_word.items()}
        self.newest = (n, last)
        return 0  # nothing is left for another turn of the job

    def over(self, library: Library) -> Library:
        """The library with the rulings before its matrix; made once for each of either."""
        if self._made is None or self._made[0] is not library or self._made[1] is not self.duties:
            self._made = (library, self.duties, library.ruled(self.duties) if self.duties else library)
        return self._made[2]

    def number_for(self, matter_code: str, area: str) -> str:
        """The number of the case whose ruling decides for this matter here; "" where none does."""
        return next(
            (self.numbers[matter_code, place] for place in prefixes(area)
             if (matter_code, place) in self.numbers), "",
        )  # fmt: skip


def ruled(office: Office) -> Library:
    """What the platform knows by heart, past rulings before the matrix."""
    return office.of(Precedents).over(office.of(Library))
