"""Numbers people read aloud, and the check characters that catch a slip of the tongue or the thumb."""

import re
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize
from uuid import UUID

from server.kernel.errors import BadInput

# H. M. Damm's quasigroup of order 10 (2004): unlike ISO 7064 MOD 11,10 it misses no swap of neighbours.
DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
CASE_NO = re.compile(r"([A-Z]{1,3})([0-9]{8})-?([0-9]{4,9})([0-9])")
RESIDENT_ID = re.compile(r"[1-9][0-9]{5}([0-9]{8})[0-9]{3}[0-9X]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
USCC = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")


class BadCaseNo(BadInput):
    """Not a case number, or one with a wrong digit."""

    code = "BAD_CASE_NO"


def an_id(text: str, *, field: str = "id") -> str:
    """A UUID minted on a phone, in its usual form. Raises BadInput for anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        raise BadInput(field=field) from None


@dataclass(frozen=True, slots=True)
class CaseNo:
    """A case's number for people: prefix, the day in Shanghai, that day's sequence from 1."""

    prefix: str
    on: date
    sequence: int

    def __str__(self) -> str:
        """`LW20261123-00076`: the last digit is the check digit over date and sequence."""
        day, sequence = self.on.isoformat().replace("-", ""), f"{self.sequence:04}"
        return f"{self.prefix}{day}-{sequence}{check_digit(day + sequence)}"


def case_no(prefix: str, on: date, sequence: int) -> str:
    """The number of the day's `sequence`-th case. `prefix`: one to three capital letters."""
    if not re.fullmatch(r"[A-Z]{1,3}", prefix) or sequence < 1:
        raise ValueError(f"no case number for {prefix!r}, {sequence}")
    return str(CaseNo(prefix, on, sequence))


def parse_case_no(text: str) -> CaseNo:
    """Reads what a person typed: any case, any width, blanks around, hyphen optional. Raises BadCaseNo."""
    match = CASE_NO.fullmatch(normalize("NFKC", text).strip().upper())
    if match is None or check_digit(match[2] + match[3] + match[4]):
        raise BadCaseNo()
    on = _day(match[2])
    if on is None or int(match[3]) < 1 or match[3] != f"{int(match[3]):04}":
        raise BadCaseNo()
    return CaseNo(match[1], on, int(match[3]))


def valid_case_no(text: str) -> bool:
    """True when `parse_case_no` reads it."""
    try:
        parse_case_no(text)
    except BadCaseNo:
        return False
    return True


def valid_resident_id(number: str) -> bool:
    """A citizen's identity number: 17 digits with a real birthday and the check character of GB 11643."""
    match = RESIDENT_ID.fullmatch(number)
    if match is None or _day(match[1]) is None:
        return False
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return number[17] == "10X98765432"[weighed % 11]


def valid_uscc(code: str) -> bool:
    """An organisation's unified social credit code: shape and check character of GB 32100."""
    if USCC.fullmatch(code) is None:
        return False
    weighed = sum(USCC_ALPHABET.index(sign) * 3**place for place, sign in enumerate(code[:17]))
    return code[17] == USCC_ALPHABET[-weighed % 31]


def valid_mobile(number: str) -> bool:
    """A mainland mobile number: eleven digits from 13 to 19, no country code."""
    return MOBILE.fullmatch(number) is not None


def check_digit(digits: str) -> int:
    """The check digit of `digits`; 0 for digits that end in their own check digit."""
    row = 0
    for digit in digits:
        row = int(DAMM[row][int(digit)])
    return row


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
