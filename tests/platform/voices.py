"""Voice notes for tests: a hum as our clients would send it."""

import io
import wave


def voice(seconds: float, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV of so many seconds."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\x10" * (int(seconds * rate) * channels * width))
    return out.getvalue()
