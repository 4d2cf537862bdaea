"""uvicorn's websocket connection, with two words more than ASGI has.

`uvicorn.run(…, ws=Lines)` uses it. A socket finds the words in its scope's extensions, and does without them
under another server: frames then go through `send`, and who does not read is closed when he reads again.
"""

from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

WRITE, HANG_UP = "sanwei.write", "sanwei.hang_up"
FINAL_TEXT = 0x81  # the first byte of a frame; the mask bit of the second is off (RFC 6455, 5.2)
SHORT, LONG = 126, 127  # what says that the size follows in two bytes, in eight


class Lines(WebSocketsSansIOProtocol):
    """One connection. What is written in one turn of the loop leaves in one packet."""

    def handle_connect(self, event: Any) -> None:
        """The handshake."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            words: dict[str, Any] = cast(dict[str, Any], self.scope["extensions"])
            words |= {WRITE: self.write, HANG_UP: self.hang_up}

    def write(self, text: str) -> bool:
        """Send a text frame now. False, and nothing is sent, while the other side does not read.

        Raises OSError when the line is closed.
        """
        if self.close_sent or self.disconnected or self.transport.is_closing():
            raise ConnectionResetError
        if not self.writable.is_set():
            return False
        data = text.encode()
        size = len(data)
        if size < SHORT:
            head = bytes((FINAL_TEXT, size))
        elif size < 1 << 16:
            head = bytes((FINAL_TEXT, SHORT)) + size.to_bytes(2)
        else:
            head = bytes((FINAL_TEXT, LONG)) + size.to_bytes(8)
        self.transport.write(head + data)
        return True

    def hang_up(self) -> None:
        """End the connection at once, whatever is still to be sent."""
        self.transport.abort()
