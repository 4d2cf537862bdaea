"""A voice note is sound and nothing else, and never long."""

import struct

import pytest

from server.platform.sounds import MOST_BYTES, MOST_SECONDS, NotAVoice, VoiceTooLong, listen
from tests.platform.voices import voice


def test_samples_stay_and_everything_else_goes():
    raw = voice(2.4)
    note = b"LIST" + struct.pack("<I", 12) + b"INFOIART\x00\x00\x00\x00"
    tagged = raw[:4] + struct.pack("<I", len(raw) - 8 + len(note)) + raw[8:] + note
    sound = listen(tagged)
    assert sound.seconds == 3 and b"INFO" not in sound.wav and sound.wav == raw


@pytest.mark.parametrize("seconds", [59.9, 60.0, 60.9])
def test_a_minute_is_heard_out(seconds):
    assert listen(voice(seconds)).seconds == MOST_SECONDS


@pytest.mark.parametrize("seconds", [61.1, 300])
def test_more_is_refused(seconds):
    with pytest.raises(VoiceTooLong) as refused:
        listen(voice(seconds))
    assert refused.value.params == {"limitSeconds": 60}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"RIFF", b"\xff\xd8\xff\xe0 a photo", voice(2)[:30], voice(0.1), voice(2, rate=8000),
        voice(2, channels=2), voice(2, width=1),
        voice(1)[:20] + struct.pack("<H", 2) + voice(1)[22:],  # another coding
        b"RIFF" + struct.pack("<I", 2**32 - 1) + b"WAVEfmt " + struct.pack("<I", 2**32 - 1),
    ],
    ids=["nothing", "cut", "photo", "header", "slip", "rate", "stereo", "width", "coding", "lies"],
)  # fmt: skip
def test_what_is_not_a_voice_is_refused(raw):
    with pytest.raises(NotAVoice):
        listen(raw)


def test_a_header_that_promises_more_than_there_is_counts_what_is_there():
    raw = voice(1)
    assert listen(raw[:40] + struct.pack("<I", 2**31) + raw[44:]).seconds == 1


def test_the_limit_in_bytes_lets_a_minute_pass():
    assert len(voice(60.9)) < MOST_BYTES < len(voice(62))
