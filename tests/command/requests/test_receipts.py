"""A receipt's code proves that we gave it out; one wrong digit is told apart from a forgery."""

from itertools import pairwise

import pytest

from server.command.requests.receipts import BadReceiptCode, code_of, read_code
from server.command.requests.service import citizen as service
from tests.command.requests.citizens import verb_of

ASK = "query ($c: String!) { receipt(code: $c) { no kind submittedOn mobile withdrawn } }"
CODE = "query ($id: ID!) { request(id: $id) { receiptCode } }"
NO = "LW20261123-00076"


def key(text):
    return f"{abs(hash(text)):064x}"


async def code(city, id):
    return (await city.ask(city.ann, CODE, id=id))["request"]["receiptCode"]


async def test_anybody_can_check_a_receipt_and_learns_no_more(city):
    id = await city.submit(phone="13800138071")
    row, printed = await city.request(id), await code(city, id)
    told = (await city.ask(city.ben, ASK, c=f" {printed.lower().replace('-', ' ')}"))["receipt"]
    assert told == {"no": row.no, "kind": "REPORT", "submittedOn": str(row.submitted_at.date()),
                    "mobile": "138****8071", "withdrawn": False}  # fmt: skip
    await verb_of(city, id, service.withdraw)
    assert (await city.ask(city.ben, ASK, c=printed))["receipt"]["withdrawn"]


async def test_a_hidden_number_stays_hidden_and_another_cases_code_proves_nothing(city):
    hidden = await city.submit(phone="13800138072", confidential=True)
    assert (await city.ask(city.ben, ASK, c=await code(city, hidden)))["receipt"]["mobile"] == ""
    other = await city.submit()
    forged = code_of(lambda text: "f" * 64, other, (await city.request(other)).no)
    assert (await city.ask(city.ben, ASK, c=forged))["receipt"] is None
    assert await city.refused(city.ben, ASK, c=f"{forged[:-1]}{(int(forged[-1]) + 1) % 10}") == [
        "BAD_RECEIPT_CODE"
    ]


def test_every_slip_of_one_digit_and_every_swap_of_neighbours_is_found():
    right = code_of(key, "a", NO)
    assert read_code(right) == (NO, right[-9:-1])
    places = [at for at, sign in enumerate(right) if sign.isdigit()]
    for at in places:
        for digit in set("0123456789") - {right[at]}:
            with pytest.raises(BadReceiptCode):
                read_code(right[:at] + digit + right[at + 1 :])
    for at, after in pairwise(places):
        if after == at + 1 and right[at] != right[after]:
            with pytest.raises(BadReceiptCode):
                read_code(right[:at] + right[after] + right[at] + right[after + 1 :])


@pytest.mark.parametrize("text", ["", "LW", NO, f"{NO}-1234567", "12345678901234567890", f"{NO}-000000001"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(BadReceiptCode):
        read_code(text)
