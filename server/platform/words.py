"""What people call the codes, for files the server writes and reads; screens have the same words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHINESE = "zh-CN"


@dataclass(frozen=True)
class Words:
    """The sentences of shared/i18n, by language and key. One of the office's tools."""

    by_language: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path) -> "Words":
        """One JSON file for each language, and others of a part: en.json, setup.en.json."""
        found: dict[str, dict[str, str]] = {}
        for file in sorted(folder.glob("*.json")):
            language = file.stem.rpartition(".")[2]
            found.setdefault(language, {}).update(json.loads(file.read_text(encoding="utf-8")))
        return cls(found)

    def say(self, key: str, language: str = CHINESE) -> str:
        """The words of a key; the key itself where there are none."""
        return self.by_language.get(language, {}).get(key, key)

    def every(self, key: str) -> set[str]:
        """Whatever `say` may answer, in all languages."""
        return {self.say(key, language) for language in self.by_language} | {key}
