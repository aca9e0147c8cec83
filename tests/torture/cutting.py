"""A way to PostgreSQL that can be cut: refused at once, or standing still as behind a server that is stopped."""

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit, urlunsplit


class Way:
    """Passes on what connections to `url` say, until told otherwise."""

    def __init__(self, database_url: str):
        parts = urlsplit(database_url)
        self._target = (parts.hostname, parts.port or 5432)
        self._open, self._ends = threading.Event(), set()
        self._open.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{self._port}"))
        self._let_in()

    def close(self):
        """As a server that is not there: what is connected is cut off, what comes is refused."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        self._open.set()

    def cut(self):
        """As a server that was started anew meanwhile: who comes again is let in."""
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stand_still(self):
        """As a server that was stopped: connections are taken, and nothing is ever said."""
        self._open.clear()

    def open(self):
        self._open.set()
        if self._listening.fileno() == -1:
            self._listening = socket.create_server(("127.0.0.1", self._port))
            self._let_in()

    def _let_in(self):
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening):
        with contextlib.suppress(OSError):
            while True:
                asking, _address = listening.accept()
                answering = socket.create_connection(self._target)
                self._ends |= {asking, answering}
                for source, target in ((asking, answering), (answering, asking)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self._open.wait()
                target.sendall(piece)
        for end in (source, target):
            self._ends.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        time.sleep(0.05)
        source.close()
