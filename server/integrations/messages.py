"""Reads a file of citizens' messages as requests with their own times and likes.

A row is known by its message id: a second run adds nothing, and one that was cut off goes on where it
stopped. A row that cannot be taken is refused by its line, and spoils no other.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import NAMESPACE_URL, uuid5

from server.command.orders.rules import OrderSource
from server.command.orders.service.report import Spot, spot_of_area
from server.command.requests import queries
from server.command.requests.kinds import Kinds
from server.command.requests.service import citizen as service
from server.command.requests.service.citizen import Submission
from server.kernel.actors import SYSTEM
from server.kernel.calendar import EPOCH
from server.kernel.errors import BadInput, CityError
from server.kernel.text import clean_line
from server.platform.areas import AreaTree
from server.platform.work import Office

COLUMNS = ("message_id", "user_id", "title", "created_at", "body", "opposes", "likes")
BATCH = 200  # rows to a transaction
BODY_LIMIT = 8000  # characters; letters to a mailbox are longer than what is typed on a phone
TITLE_LIMIT = 200
ID_LIMIT = 64
MOST_LIKES = 1_000_000_000
FIELD_LIMIT = 16_000_000  # bytes in one field: what is longer is no letter, but a file gone wrong


Row = Mapping[str, str]


class BadFile(CityError):
    """Not a CSV with the columns of a message file; `missing` names them."""

    code = "BAD_FILE"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why."""

    line: int
    id: str
    code: str
    field: str

    @classmethod
    def of(cls, line: int, row: Row, refusal: CityError) -> Self:
        """What `refusal` says of a row."""
        return cls(line, row["message_id"], refusal.code, refusal.field or "")

    @staticmethod
    def table(rows: list["Refused"]) -> str:
        """The refusals as CSV."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["line", "message_id", "code", "field"])
        writer.writerows((row.line, row.id, row.code, row.field) for row in rows)
        return out.getvalue()


async def read_messages(
    office: Office, file: Path, *, spread: bool, progress: Callable[[int], object] = lambda _: None
) -> tuple[int, int, list[Refused]]:
    """Take every row in. Returns how many were added, how many were known, and the refused ones.

    With `spread` a message gets a community by a hash of its id; without, it waits to be put on the map.
    `progress` hears how many bytes were read since the last time. Raises BadFile.
    """
    added = known = 0
    refused: list[Refused] = []
    kinds = office.of(Kinds)
    for batch, size in _batches(file):
        sound: list[tuple[int, Row, str]] = []
        for line, row in batch:
            try:
                sound.append((line, row, _key(row)))
            except BadInput as refusal:
                refused.append(Refused.of(line, row, refusal))
        async with office.work(SYSTEM) as work:
            seen = await queries.known_externals(work.session, [key for *_, key in sound])
            for line, row, key in sound:
                if key in seen:
                    known += 1
                    continue
                try:
                    await service.submit(work, _submission(office.areas, row, key, kinds, spread, work.now))
                    seen.add(key)
                    added += 1
                except CityError as refusal:
                    refused.append(Refused.of(line, row, refusal))
        progress(size)
    return added, known, sorted(refused, key=lambda row: row.line)


def _batches(file: Path) -> Iterator[tuple[list[tuple[int, Row]], int]]:
    """Rows with their line numbers, `BATCH` at a time, and the bytes each batch took."""
    csv.field_size_limit(FIELD_LIMIT)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, restval="")
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise BadFile(missing=", ".join(sorted(missing)))
            batch: list[tuple[int, Row]] = []
            size = 0
            for row in reader:
                batch.append((reader.line_num, row))
                size += sum(len(value.encode()) for value in row.values() if isinstance(value, str))
                if len(batch) == BATCH:
                    yield batch, size
                    batch, size = [], 0
            yield batch, size
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(missing=str(error)) from None


def _key(row: Row) -> str:
    """What a row is known by. Raises BadInput."""
    return "messages/" + clean_line(row["message_id"], field="message_id", limit=ID_LIMIT, required=True)


def _submission(areas: AreaTree, row: Row, key: str, kinds: Kinds, spread: bool, now: datetime) -> Submission:
    """The row as a request. Raises BadInput naming the column."""
    title = clean_line(row["title"], field="title", limit=TITLE_LIMIT)
    return Submission(
        id=str(uuid5(NAMESPACE_URL, f"sanwei:{key}")), kind=kinds.of(title), title=title, text=row["body"],
        text_limit=BODY_LIMIT, spot=_spot(areas, key, spread), source=OrderSource.IMPORT,
        submitted_at=_time(row["created_at"], now), likes=_number(row, "likes"), external_id=key,
        reporter_id=str(uuid5(NAMESPACE_URL, f"sanwei:messages/user/{row['user_id'].strip()}")),
    )  # fmt: skip


def _spot(areas: AreaTree, key: str, spread: bool) -> Spot:
    if not spread:
        return Spot(areas.district.code)
    pick = int.from_bytes(sha256(key.encode()).digest()[:8], "big") % len(areas.communities)
    return spot_of_area(areas, areas.communities[pick].code)


def _time(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(field="created_at") from None
    if at.tzinfo is None or not EPOCH <= at <= now:  # before the calendar begins no promise can be reckoned
        raise BadInput(field="created_at")
    return at.astimezone(UTC)


def _number(row: Row, column: str) -> int:
    number = row[column].strip() or "0"
    if not number.isdecimal() or int(number) > MOST_LIKES:
        raise BadInput(field=column)
    return int(number)
