"""What goes out over a websocket: at once while it is read, and never more than a little while it is not."""

import asyncio

import pytest

from server.graph.channel import MOST_CHARACTERS, MOST_FRAMES, Channel
from tests.servers import eventually


class Reader:
    """The other side, as a server shows it: `send` waits while it does not read."""

    def __init__(self):
        self.reads = asyncio.Event()
        self.reads.set()
        self.got, self.gone = [], False

    async def send(self, message):
        await self.reads.wait()
        if self.gone:
            raise ConnectionResetError
        self.got.append(message["text"])

    def write(self, text):
        if self.gone:
            raise ConnectionResetError
        if self.reads.is_set():
            self.got.append(text)
        return self.reads.is_set()


@pytest.fixture(params=["asgi", "lines"])
def ends(request):
    """A reader and the way to him, over plain ASGI and over our own lines."""
    reader = Reader()
    return reader, Channel(reader.send, reader.write if request.param == "lines" else None)


async def test_to_somebody_who_reads_it_goes_at_once(ends):
    reader, channel = ends
    tasks = asyncio.all_tasks()
    for n in range(MOST_FRAMES * 2):
        assert channel.push(f"{n}")
    assert reader.got == [f"{n}" for n in range(MOST_FRAMES * 2)]
    assert asyncio.all_tasks() == tasks


async def test_what_waits_goes_out_in_order_before_what_comes_later(ends):
    reader, channel = ends
    reader.reads.clear()
    assert channel.push("a")
    assert channel.push("b")
    assert channel.stalled_at is not None
    assert reader.got == []
    reader.reads.set()
    assert channel.push("c")
    await channel.ready()
    assert (reader.got, channel.stalled_at) == (["a", "b", "c"], None)
    assert channel.push("d")
    assert reader.got[-1] == "d"


async def test_the_newer_answer_about_a_subject_replaces_the_older(ends):
    reader, channel = ends
    reader.reads.clear()
    channel.push("first")  # on its way already
    await asyncio.sleep(0)
    for n in range(MOST_FRAMES * 3):
        assert channel.push(f"lamp {n}", "lamp")
        assert channel.push(f"bin {n}", "bin")
    reader.reads.set()
    await channel.ready()
    last = MOST_FRAMES * 3 - 1
    assert reader.got == ["first", f"lamp {last}", f"bin {last}"]


@pytest.mark.parametrize(("frame", "most"), [("x", MOST_FRAMES), ("x" * 10_000, MOST_CHARACTERS // 10_000)])
async def test_the_queue_is_bounded_in_frames_and_in_characters(ends, frame, most):
    reader, channel = ends
    reader.reads.clear()
    taken = [channel.push(frame, n) for n in range(most + 10)]
    assert taken == [True] * most + [False] * 10
    assert channel.push("an answer somebody waits for")
    channel.forget(lambda subject: not isinstance(subject, int))
    assert channel.push(frame, "again")
    reader.reads.set()
    await channel.ready()
    assert reader.got == ["an answer somebody waits for", frame]


async def test_somebody_who_has_gone_is_sent_nothing(ends):
    reader, channel = ends
    reader.gone = True
    assert channel.push("a")
    assert not channel.open
    assert channel.push("b")
    await channel.ready()
    assert reader.got == []


async def test_one_who_goes_while_something_waits_ends_the_waiting(ends):
    reader, channel = ends
    reader.reads.clear()
    channel.push("a")
    reader.gone = True
    reader.reads.set()
    await channel.ready()
    assert (channel.open, reader.got) == (False, [])


async def test_closing_lets_go_of_what_waits(ends):
    reader, channel = ends
    others = asyncio.all_tasks()
    reader.reads.clear()
    channel.push("a")
    channel.close()
    await channel.ready()
    await eventually(lambda: asyncio.all_tasks() <= others)
    assert reader.got == []
