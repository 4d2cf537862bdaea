"""A worker that knows the crew's words and no city: it answers each connection with its process id.

`python worker.py MOOD LISTENER LINE`; the file MOOD says how: well, or broken (it dies before it serves).
"""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

mood, listener_fd, line_fd = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if mood.read_text() == "broken":
    sys.exit("broken")
listener, line = socket.socket(fileno=listener_fd), socket.socket(fileno=line_fd)
listener.listen()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def beat() -> None:
    """A byte now and then."""
    while True:
        try:
            line.send(b".")
        except OSError:
            os._exit(0)
        time.sleep(0.1)


threading.Thread(target=beat, daemon=True).start()
while True:
    caller, _ = listener.accept()
    with caller:
        caller.sendall(str(os.getpid()).encode())
