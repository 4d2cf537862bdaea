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
        """One JSON file for each language."""
        files = sorted(folder.glob("*.json"))
        return cls({file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files})

    def say(self, key: str, language: str = CHINESE) -> str:
        """The words of a key; the key itself where there are none."""
        return self.by_language.get(language, {}).get(key, key)

    def every(self, key: str) -> set[str]:
        """Whatever `say` may answer, in all languages."""
        return {self.say(key, language) for language in self.by_language} | {key}
