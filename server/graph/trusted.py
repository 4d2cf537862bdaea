"""Documents that were known before the server started: the apps' own, and those of registered partners."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

PREFIX = "sha256:"  # of an identifier, as in the appendix "Persisted Documents" of GraphQL over HTTP


class Trust:
    """The trusted documents of one role, by identifier. `required`: no others are run."""

    def __init__(self, texts: Mapping[str, str] | None = None, *, required: bool = False) -> None:
        self.texts, self.required = dict(texts or {}), required
        self._ids = {text: id for id, text in self.texts.items()}

    @classmethod
    def read(cls, manifests: Iterable[Path], *, required: bool) -> "Trust":
        """JSON objects from identifier to text. A file may be missing unless they are `required`.

        Raises FileNotFoundError, and ValueError for a text under an identifier that is not its own.
        """
        texts: dict[str, str] = {}
        for file in manifests:
            if required or file.exists():
                texts |= json.loads(file.read_text(encoding="utf-8"))
        for id, text in texts.items():
            if id != identifier(text):
                raise ValueError(f"{id} is not the identifier of its document")
        return cls(texts, required=required)

    def id_of(self, asked: str) -> str | None:
        """The identifier of a trusted document, asked for by its text or by its identifier."""
        return asked if asked in self.texts else self._ids.get(asked)


NOBODYS = Trust()


def identifier(text: str) -> str:
    """`sha256:` and the hash of a document's text, in hexadecimal."""
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()
