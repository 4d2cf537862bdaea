"""Text as people send it, made safe to store, compare and show: one form, no hidden commands, a length."""

import re
from unicodedata import category, normalize

from server.kernel.errors import BadInput

LINE_BREAK = re.compile(r"\r\n?")
BLANKS = re.compile(r"\s+")
# Control and surrogate code points, and the two separators that break a log line.
REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
VISIBLE = frozenset("LNPS")  # letters, numbers, punctuation, symbols
# Marks that make text read in another order than it is stored (CVE-2021-42574).
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class TextRequired(BadInput):
    """Nothing that can be seen was written."""

    code = "TEXT_REQUIRED"


class TextTooLong(BadInput):
    """Longer than `limit` characters."""

    code = "TEXT_TOO_LONG"


class BadCharacters(BadInput):
    """Control characters, marks that reorder text, or broken Unicode."""

    code = "BAD_CHARACTERS"


def clean_text(text: str, *, field: str, limit: int, required: bool = False) -> str:
    """NFC, line breaks as LF, no blanks around; at most `limit` characters.

    Raises TextRequired, TextTooLong or BadCharacters, each naming `field`.
    """
    clean = normalize("NFC", LINE_BREAK.sub("\n", text))
    if any(_refused(sign) for sign in clean):
        raise BadCharacters(field=field)
    clean = clean.strip()
    if len(clean) > limit:
        raise TextTooLong(field=field, limit=limit, length=len(clean))
    if any(category(sign)[0] in VISIBLE for sign in clean):
        return clean
    if required:
        raise TextRequired(field=field)
    return ""


def clean_line(text: str, *, field: str, limit: int, required: bool = False) -> str:
    """As `clean_text`, in one line: every run of blanks or line breaks becomes one space."""
    return BLANKS.sub(" ", clean_text(text, field=field, limit=limit, required=required))


def _refused(sign: str) -> bool:
    return (category(sign) in REFUSED and sign not in "\n\t") or sign in REORDERING
