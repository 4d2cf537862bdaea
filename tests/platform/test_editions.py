"""Editions: proposed with a report, published by somebody else, taken up everywhere, never changed."""

import json

import pytest

from server.kernel.errors import CityError, IllegalStep, NotFound
from server.platform import editions
from server.platform.editions import (
    Edition,
    EditionState,
    Keeper,
    NothingChanged,
    OwnProposal,
    Shelf,
    Superseded,
)
from tests.city import everything
from tests.factories import an_officer
from tests.platform.offices import offices

ANN, BEN = an_officer(id="ann"), an_officer(id="ben")


class BadTea(CityError):
    code = "BAD_INPUT"


class Kettle:
    """Keeps the kind `tea`: a list of sorts."""

    def __init__(self):
        self.sorts, self.no = ["green"], 0

    def keeper(self):
        return Keeper(self.check, self.take)

    def check(self, _office, content):
        sorts = json.loads(content)
        if "coffee" in sorts:
            raise BadTea(field="file")
        return {"added": sorted(set(sorts) - set(self.sorts))}

    def take(self, _office, no, content):
        self.no, self.sorts = no, json.loads(content)


@pytest.fixture
async def city(settings, clock):
    """Two processes over one store, each with its own kettle."""
    async with offices(settings, clock) as both:
        for office in both:
            office.tools |= {Shelf: Shelf(), Kettle: Kettle()}
            office.of(Shelf).keep("tea", office.of(Kettle).keeper())
        yield both


async def do(office, actor, verb, *args, **facts):
    async with office.work(actor) as work:
        return await verb(work, *args, **facts)


async def proposed(office, *sorts, by=ANN):
    return (await do(office, by, editions.propose, "tea", json.dumps(sorts).encode(), note="more")).no


async def test_what_one_publishes_every_process_takes_up(city):
    here, there = city
    no = await proposed(here, "green", "black")
    for office in city:
        await office.of(Shelf).refresh(office)
    assert [office.of(Kettle).sorts for office in city] == [["green"]] * 2  # a proposal holds nowhere
    await do(there, BEN, editions.publish, "tea", no)
    for office in city:
        await office.of(Shelf).refresh(office)
    assert [(office.of(Kettle).no, office.of(Kettle).sorts) for office in city] == [
        (1, ["green", "black"])
    ] * 2


async def test_the_report_tells_what_would_change_when_proposed_and_when_published(city):
    here, _ = city
    first, second = await proposed(here, "black"), await proposed(here, "black", "white")
    await do(here, BEN, editions.publish, "tea", first)
    await here.of(Shelf).refresh(here)
    row = await do(here, BEN, editions.publish, "tea", second)
    assert row.report == {"against": first, "added": ["white"]}


async def test_nobody_publishes_his_own(city):
    here, _ = city
    no = await proposed(here, "black")
    before = await everything(here)
    with pytest.raises(OwnProposal):
        await do(here, ANN, editions.publish, "tea", no)
    assert await everything(here) == before


async def test_an_older_proposal_cannot_undo_a_newer_edition(city):
    here, _ = city
    older, newer = await proposed(here, "black"), await proposed(here, "white")
    await do(here, BEN, editions.publish, "tea", newer)
    before = await everything(here)
    with pytest.raises(Superseded):
        await do(here, BEN, editions.publish, "tea", older)
    assert await everything(here) == before


async def test_going_back_is_publishing_old_content_anew(city):
    here, _ = city
    for sorts in (["black"], ["white"], ["black"]):
        await do(here, BEN, editions.publish, "tea", await proposed(here, *sorts))
    await here.of(Shelf).refresh(here)
    assert (here.of(Kettle).no, here.of(Kettle).sorts) == (3, ["black"])


async def test_what_holds_already_is_no_proposal(city):
    here, _ = city
    await do(here, BEN, editions.publish, "tea", await proposed(here, "black"))
    with pytest.raises(NothingChanged):
        await proposed(here, "black")


async def test_a_proposal_that_does_not_fit_leaves_nothing(city):
    here, _ = city
    before = await everything(here)
    with pytest.raises(BadTea):
        await proposed(here, "coffee")
    with pytest.raises(NotFound):
        await do(here, ANN, editions.propose, "soup", b"[]")
    assert await everything(here) == before


@pytest.mark.parametrize("end", [editions.publish, editions.withdraw])
async def test_what_is_decided_is_decided(city, end):
    here, _ = city
    no = await proposed(here, "black")
    row = await do(here, BEN, end, "tea", no)
    assert row.state in {EditionState.PUBLISHED, EditionState.WITHDRAWN}
    for again in (editions.publish, editions.withdraw):
        with pytest.raises(IllegalStep):
            await do(here, BEN, again, "tea", no)


async def test_the_content_comes_back_as_it_was(city):
    here, _ = city
    no = await proposed(here, "乌龙", "普洱")
    async with here.reading() as session:
        row = await session.get(Edition, ("tea", no))
    assert json.loads(row.text) == ["乌龙", "普洱"]
