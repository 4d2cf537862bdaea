"""Names, posts and units, for those who show them."""

from server.identity import accounts, queries
from server.identity.queries import PersonRow
from server.kernel.actors import CITIZEN, LEADER, OFFICER, SYSTEM, Post
from server.platform.timing import listening
from server.platform.vault import Vault
from tests.factories import DISTRICT
from tests.identity.house import CELL, COMMUNITY, NEXT_CELL, give, hire, holding


async def test_people_are_named_in_one_query(office, clock):
    officer = await hire(office)
    leader = await hire(office, "ld01", name="林主任", role=LEADER, post=Post.LEADER, area=DISTRICT, cells=())
    clock.advance(minutes=1)
    await give(office, officer, Post.STREET_DISPATCHER, area="440103006")
    async with office.work(SYSTEM) as work:
        citizen = (await accounts.open_citizen(work, office.of(Vault), name="张三")).id
    with listening("SELECT") as sent:
        found = await queries.people(office.read, [officer, leader, citizen, citizen, "nobody"])
    assert len(sent) == 1
    assert found == {
        officer: PersonRow(officer, "陈嘉敏", OFFICER, Post.GRID_OFFICER),
        leader: PersonRow(leader, "林主任", LEADER, Post.LEADER),
        citizen: PersonRow(citizen, "张三", CITIZEN),
    }


async def test_who_left_a_post_keeps_the_name(office):
    id = await hire(office, post=Post.HANDLER, unit_id="cg", cells=())
    async with office.work(SYSTEM) as work:
        await accounts.take_post(work, (await holding(office, id, Post.HANDLER)).id)
    found = await queries.people(office.read, [id])
    assert found == {id: PersonRow(id, "陈嘉敏", OFFICER, Post.HANDLER, "cg")}
    assert await queries.names(office.read, [id, "nobody"]) == {id: ("陈嘉敏", OFFICER)}


async def test_officers_of_a_cell_come_with_the_deputies_last(office, clock):
    deputy = await hire(office, "wg02", name="黄子轩", deputy=True)
    first = await hire(office, "wg01")
    await hire(office, "wg03", cells=(NEXT_CELL,))
    await hire(office, "dd01", post=Post.STREET_DISPATCHER, cells=(CELL,))
    gone = await hire(office, "wg04")
    off = await hire(office, "wg05")
    async with office.work(SYSTEM) as work:
        await accounts.disable(work, gone)
        await accounts.take_post(work, (await holding(office, off)).id)
    found = await queries.officers_of_cell(office.read, CELL, now=clock())
    elsewhere = await queries.officers_of_cell(office.read, CELL[:-3] + "099", now=clock())
    async with office.reading() as session:
        wider = await queries.officers_in(session, COMMUNITY, clock())
    assert [person.id for person in found] == [first, deputy]
    assert len(wider) == 3 and wider[-1].id == deputy
    assert elsewhere == []


async def test_handlers_of_a_unit(office, clock):
    first = await hire(office, "cg01", post=Post.HANDLER, unit_id="cg", cells=())
    clock.advance(minutes=1)
    head = await hire(office, "cg02", post=Post.UNIT_HEAD, unit_id="cg", cells=())
    await hire(office, "zj01", post=Post.HANDLER, unit_id="zj", cells=())
    async with office.reading() as session:
        found = await queries.handlers_of(session, "cg", now=clock())
    assert [(person.id, person.unit_id) for person in found] == [(first, "cg"), (head, "cg")]


async def test_a_unit_is_kept_under_its_id(office):
    async with office.work(SYSTEM) as work:
        await accounts.add_unit(work, id="cg", name="城管局")
        await accounts.add_unit(work, id="cg", name="区城管局", phone="02081930000", waives_confirm=True)
    unit = await office.read.line(queries.unit("cg"))
    assert (unit.name, unit.phone, unit.waives_confirm) == ("区城管局", "02081930000", True)
    assert await office.read.line(queries.unit("nothing")) is None
