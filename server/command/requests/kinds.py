"""What kind of request somebody's words announce; the words are data."""

import json
from pathlib import Path

from server.command.requests.rules import RequestKind


class Kinds:
    """Read once at the start and handed down."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self._default = RequestKind(data["default"])
        self._rows = [(RequestKind(row["kind"]), tuple(row["words"])) for row in data["kinds"]]

    def of(self, text: str, default: RequestKind | None = None) -> RequestKind:
        """The first kind one of whose words stands in the text; else the default."""
        hits = (kind for kind, words in self._rows if any(word in text for word in words))
        return next(hits, default or self._default)
