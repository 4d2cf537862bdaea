"""Entries as a dispatcher writes them, and how they come to be known."""

from datetime import date

from server.app import DATA
from server.command.knowledge import service, sheet
from server.command.knowledge.book import Knowledge
from server.command.knowledge.service import Words
from server.command.knowledge.tables import KnowledgeEntry
from tests.factories import an_id

ENTRIES = DATA / "knowledge" / "entries.csv"


def words(**facts):
    told = {"question": "停水会提前通知吗？", "answer": "会，提前 24 小时通知。", "source": "城市供水条例",
            "source_on": date(2020, 3, 27), "clause": "第二十二条", "unit_id": "sw", **facts}  # fmt: skip
    return Words(**told)


async def written(city, by=None, *, entry_id="", **facts):
    id = an_id()
    await city.do(by or city.li, service.write, id=id, words=words(**facts), entry_id=entry_id)
    return id


async def entry(city, id):
    [row] = await city.rows(KnowledgeEntry, KnowledgeEntry.id == id)
    return row


async def verb_of(city, verb, id, by=None, **facts):
    version = (await entry(city, id)).version
    return await city.do(by or city.he, verb, id=id, version=version, **facts)


async def published(city, **facts):
    id = await written(city, **facts)
    await verb_of(city, service.publish, id)
    await known(city)
    return id


async def known(city):
    """Take up what was published, as every process does each second."""
    await city.office.of(Knowledge).refresh(city.office)
    return city.office.of(Knowledge)


async def seeded(city):
    """Every entry the product ships, published."""
    await city.do(city.li, sheet.bring, ENTRIES.read_bytes())
    await city.do(city.he, service.publish_drafts)
    return await known(city)
