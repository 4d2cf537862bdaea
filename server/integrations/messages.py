"""Reads a file of citizens' messages as requests with their own times and likes.

A row is known by its message id: a second run adds nothing, and one that was cut off goes on where it
stopped. A row that cannot be taken is refused by its line, and spoils no other.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from server.command.orders.rules import OrderSource
from server.command.orders.service.report import Spot, spot_of_area
from server.command.requests import queries, service
from server.command.requests.rules import RequestKind
from server.command.requests.service import Submission
from server.kernel.actors import SYSTEM
from server.kernel.errors import BadInput, CityError
from server.kernel.text import clean_line
from server.platform.areas import AreaTree
from server.platform.work import Office

COLUMNS = ("message_id", "user_id", "title", "created_at", "body", "opposes", "likes")
KINDS = Path(__file__).parents[2] / "shared" / "data" / "request-kinds.json"
BATCH = 200  # rows to a transaction
BODY_LIMIT = 8000  # characters; letters to a mailbox are longer than what is typed on a phone
TITLE_LIMIT = 200


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

    @staticmethod
    def table(rows: list["Refused"]) -> str:
        """The refusals as CSV."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["line", "message_id", "code", "field"])
        writer.writerows((row.line, row.id, row.code, row.field) for row in rows)
        return out.getvalue()


class Kinds:
    """What kind of request a title announces."""

    def __init__(self, path: Path = KINDS) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self._default = RequestKind(data["default"])
        self._rows = [(RequestKind(row["kind"]), tuple(row["words"])) for row in data["kinds"]]

    def of(self, title: str) -> RequestKind:
        """The first kind one of whose words stands in the title."""
        hits = (kind for kind, words in self._rows if any(word in title for word in words))
        return next(hits, self._default)


async def read_messages(
    office: Office, file: Path, *, spread: bool, progress: Callable[[int], object] = lambda _: None
) -> tuple[int, int, list[Refused]]:
    """Take every row in. Returns how many were added, how many were known, and the refused ones.

    With `spread` a message gets a community by a hash of its id; without, it waits to be put on the map.
    `progress` hears how many bytes were read since the last time. Raises BadFile.
    """
    added = known = 0
    refused: list[Refused] = []
    kinds = Kinds()
    for batch, size in _batches(file):
        keys = [_key(row) for _, row in batch]
        async with office.work(SYSTEM) as work:
            seen = await queries.known_externals(work.session, keys)
            for (line, row), key in zip(batch, keys, strict=True):
                if key in seen:
                    known += 1
                    continue
                try:
                    await service.submit(work, _submission(office.areas, row, key, kinds, spread, work.now))
                    seen.add(key)
                    added += 1
                except CityError as refusal:
                    refused.append(Refused(line, row["message_id"] or "", refusal.code, refusal.field or ""))
        progress(size)
    return added, known, refused


Row = Mapping[str, str]


def _batches(file: Path) -> Iterator[tuple[list[tuple[int, Row]], int]]:
    """Rows with their line numbers, `BATCH` at a time, and the bytes each batch took."""
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
    return f"messages/{row['message_id'].strip()[:64]}"


def _submission(areas: AreaTree, row: Row, key: str, kinds: Kinds, spread: bool, now: datetime) -> Submission:
    """The row as a request. Raises BadInput naming the column."""
    title = clean_line(row["title"], field="title", limit=TITLE_LIMIT)
    return Submission(
        id=str(uuid5(NAMESPACE_URL, f"sanwei:{key}")), kind=kinds.of(title), title=title, text=row["body"],
        text_limit=BODY_LIMIT, spot=_spot(areas, key, spread), source=OrderSource.IMPORT,
        submitted_at=_time(row["created_at"], now), likes=_number(row, "likes"), external_id=_known(row, key),
        reporter_id=str(uuid5(NAMESPACE_URL, f"sanwei:messages/user/{row['user_id'].strip()}")),
    )  # fmt: skip


def _known(row: Row, key: str) -> str:
    if not row["message_id"].strip():
        raise BadInput(field="message_id")
    return key


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
    if at.tzinfo is None or at > now:
        raise BadInput(field="created_at")
    return at.astimezone(UTC)


def _number(row: Row, column: str) -> int:
    try:
        return max(0, int(row[column] or 0))
    except ValueError:
        raise BadInput(field=column) from None
