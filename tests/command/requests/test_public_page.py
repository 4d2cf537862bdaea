"""公开页 /p/:no: what everybody may know of a case, and nothing of one that is withheld."""

import json

import pytest

from server.command.orders.rules import RejectReason
from server.command.orders.service import desk, merge
from server.command.orders.service.report import Spot
from tests.city import NEAR, on_sqlite
from tests.command.orders.test_split import parted
from tests.factories import DISTRICT, an_id

PAGE = """query ($no: String!) { publicCase(no: $no) { withheld mayFollow unit { name }
  case { id title state followers followed overdue reportedAt
    place { address lon lat street { name } } } } }"""


async def page(city, id, by=None):
    no = (await city.order(id)).no
    return (await city.ask(by or city.ben, PAGE, no=no))["publicCase"]


@on_sqlite
async def test_a_case_is_shown_by_its_number_without_names_words_and_doors(city):
    id = await city.submit(at=NEAR, text="路灯不亮，我是三楼的王女士。", phone="13800138001")
    await city.dispatch(id)
    told = await page(city, id)
    assert (told["withheld"], told["mayFollow"], told["unit"]) == (None, True, {"name": "区住建局"})
    case = told["case"]
    assert (case["id"], case["title"], case["state"]) == (id, "路灯异常", "DISPATCHED")
    assert (case["place"]["address"], case["place"]["lon"]) == (None, 113.237)
    for word in ("王女士", "13800138", "恩宁路"):
        assert word not in json.dumps(told, ensure_ascii=False)


@on_sqlite
async def test_a_confidential_case_gives_away_its_reasons_class_alone(city):
    id = await city.submit(confidential=True)
    assert await page(city, id) == {"withheld": "PRIVACY", "mayFollow": False, "unit": None, "case": None}
    await city.dispatch(id)
    assert await page(city, id) == {"withheld": "PRIVACY", "mayFollow": False, "unit": None, "case": None}
    follow = "mutation ($id: ID!) { followCase(id: $id) { id } }"
    assert await city.refused(city.ben, follow, id=id) == ["NOT_FOUND"]


@on_sqlite
async def test_the_other_classes_of_reasons(city):
    nowhere = await city.submit(spot=Spot(DISTRICT))
    assert (await page(city, nowhere))["withheld"] == "IN_REVIEW"
    refused = await city.submit()
    await city.move(city.li, desk.ask_reject, refused, reason=RejectReason.NOT_OURS, opinion="不归我们",
                    op_id=an_id())  # fmt: skip
    await city.release()
    assert (await page(city, refused))["withheld"] == "NOT_ACCEPTED"


@on_sqlite
async def test_a_merged_case_leads_to_its_master_unless_either_is_confidential(city):
    a, b = await city.submit(city.ann), await city.submit(city.ben, at=NEAR)
    secret = await city.submit(city.ann, at=NEAR, confidential=True)
    for id, into in ((a, b), (secret, b)):
        await city.move(city.li, merge.ask_merge, id, into_id=into, op_id=an_id())
        await city.release()
    assert (await page(city, a))["case"]["id"] == b
    assert (await page(city, secret)) == {
        "withheld": "PRIVACY",
        "mayFollow": False,
        "unit": None,
        "case": None,
    }


@on_sqlite
async def test_a_closed_case_stays_public_and_is_followed_no_more(city):
    id = await city.bring(await city.submit(), "closed")
    told = await page(city, id)
    assert (told["case"]["state"], told["mayFollow"]) == ("CLOSED", False)


@on_sqlite
@pytest.mark.parametrize("no", ["LW20260302-99999", "", "' OR 1=1"])
async def test_a_number_nobody_gave_out_and_that_of_a_part_are_not_found(city, no):
    id, (part, _) = await parted(city)
    assert await city.refused(city.ben, PAGE, no=no) == ["NOT_FOUND"]
    assert await city.refused(city.ben, PAGE, no=(await city.order(part)).no) == ["NOT_FOUND"]
    assert (await page(city, id))["case"]["id"] == id
