"""核验码: a request's number with eight digits only we can reckon and a check digit."""

import re
from collections.abc import Callable
from unicodedata import normalize

from server.kernel.errors import BadInput
from server.kernel.ids import check_digit, parse_case_no

PROOF_DIGITS = 8
CODE = re.compile(r"(.+?)-?([0-9]{8})([0-9])")


class BadReceiptCode(BadInput):
    """Not a code of ours, or one with a wrong digit."""

    code = "BAD_RECEIPT_CODE"


def code_of(key: Callable[[str], str], id: str, no: str) -> str:
    """LW20261128-00012-482913076: what stands on a request's receipt. `key` is a keyed hash in hex."""
    proof = _proof(key, id)
    return f"{no}-{proof}{check_digit(_digits(no) + proof)}"


def read_code(text: str) -> tuple[str, str]:
    """Number and proof of a code as people type it: any case, width, blanks. Raises BadReceiptCode."""
    match = CODE.fullmatch(re.sub(r"\s", "", normalize("NFKC", text)).upper())
    if match is None:
        raise BadReceiptCode(field="code")
    try:
        no = str(parse_case_no(match[1]))
    except BadInput:
        raise BadReceiptCode(field="code") from None
    if check_digit(_digits(no) + match[2]) != int(match[3]):
        raise BadReceiptCode(field="code")
    return no, match[2]


def proves(key: Callable[[str], str], id: str, proof: str) -> bool:
    """Whether the proof is that of request `id`."""
    return _proof(key, id) == proof


def _proof(key: Callable[[str], str], id: str) -> str:
    return f"{int(key(f'receipt/{id}')[:15], 16) % 10**PROOF_DIGITS:0{PROOF_DIGITS}}"


def _digits(no: str) -> str:
    return re.sub(r"[^0-9]", "", no)
