"""A worker that knows the crew's words and no city: it answers each connection with its process id.

`python worker.py MOOD LISTENER LINE`; the file MOOD says how: well, or broken (it dies before it serves).
"""

import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

mood, listener_fd, line_fd = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if mood.read_text() == "broken":
    sys.exit("broken")
listener, line = socket.socket(fileno=listener_fd), socket.socket(fileno=line_fd)
listener.listen()
listener.settimeout(0.05)
leaving = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: leaving.set())


def beat() -> None:
    """A byte now and then."""
    while True:
        try:
            line.send(b".")
        except OSError:
            os._exit(0)
        time.sleep(0.1)


threading.Thread(target=beat, daemon=True).start()
while not leaving.is_set():
    with suppress(TimeoutError):
        caller, _ = listener.accept()
        with caller:
            caller.sendall(str(os.getpid()).encode())
