"""Voice notes: WAV as our clients write it, read under limits and written anew: only sound comes out."""

import io
import struct
import wave
from dataclasses import dataclass
from math import ceil

from server.kernel.errors import CityError

RATE_HZ, WIDTH_BYTES, CHANNELS = 16_000, 2, 1  # enough for speech; every browser plays it, no decoder needed
MOST_SECONDS = 60
LEAST_SECONDS = 0.3  # a finger that slipped
SLACK_SECONDS = 1.0  # a phone stops a moment late
HEADER_BYTES = 1024  # more is not a header of ours
MOST_BYTES = HEADER_BYTES + int((MOST_SECONDS + SLACK_SECONDS) * RATE_HZ * WIDTH_BYTES * CHANNELS)
BROKEN = (wave.Error, EOFError, struct.error, ValueError, OverflowError)


class NotAVoice(CityError):
    """Not a WAV of one channel, 16 bits and 16 kHz, or one with next to nothing in it."""

    code = "NOT_A_VOICE"


class VoiceTooLong(CityError):
    """More than `limitSeconds` seconds."""

    code = "VOICE_TOO_LONG"

    def __init__(self) -> None:
        super().__init__(limitSeconds=MOST_SECONDS)


@dataclass(frozen=True, slots=True)
class Sound:
    """A voice note written anew, and how many seconds it lasts, rounded up."""

    wav: bytes
    seconds: int


def listen(raw: bytes) -> Sound:
    """Keep the samples, drop every other chunk (names, places, programs). Milliseconds of work.

    Raises NotAVoice or VoiceTooLong.
    """
    if len(raw) > MOST_BYTES:
        raise VoiceTooLong
    try:
        with wave.open(io.BytesIO(raw)) as given:
            shape = (given.getnchannels(), given.getsampwidth(), given.getframerate())
            samples = given.readframes(given.getnframes())
    except BROKEN:
        raise NotAVoice from None
    length = len(samples) / (RATE_HZ * WIDTH_BYTES)
    if shape != (CHANNELS, WIDTH_BYTES, RATE_HZ) or length < LEAST_SECONDS:
        raise NotAVoice
    if length > MOST_SECONDS + SLACK_SECONDS:
        raise VoiceTooLong
    out = io.BytesIO()
    with wave.open(out, "wb") as anew:
        anew.setnchannels(CHANNELS)
        anew.setsampwidth(WIDTH_BYTES)
        anew.setframerate(RATE_HZ)
        anew.writeframes(samples)
    return Sound(out.getvalue(), min(ceil(length), MOST_SECONDS))
