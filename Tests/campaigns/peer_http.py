# SPDX-License-Identifier: Apache-2.0
"""A provider of texts or tasks whose every answer a test says, and which keeps every byte that it was sent.

An answer is what `answer(request)` returns: an `Answer`; `DROP`, the link closes without one; `SILENCE`, nothing ever
comes; or an iterator of bytes, written piece by piece for as long as the other side listens.
"""

import collections
import dataclasses
import http.client
import json
import socket
import threading
import urllib.parse

DROP = object()
SILENCE = object()


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict  # names in lower case
    body: bytes
    connection: int  # from 0, in the order they came
    number: int  # on that connection, from 0

    @property
    def path(self):
        return self.target.split("?")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2]))


@dataclasses.dataclass
class Answer:
    status: int = 200
    body: object = None  # what is no bytes goes as JSON
    headers: dict = dataclasses.field(default_factory=dict)

    def bytes(self):
        body, headers = self.body, dict(self.headers)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("content-type", "application/json")
        headers.setdefault("content-length", len(body or b""))
        reason = http.client.responses.get(self.status, "Whatever")
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {reason}\r\n{head}\r\n".encode() + (body or b"")


class Peer:
    """Listens from its making on; `close` ends it with all its links."""

    def __init__(self, answer=None, port=0):
        self.answer = answer or (lambda request: Answer(202, {"id": "peer-1"}))
        self.requests = []
        self.connections = 0
        # Requests that had a body announced and did not bring it whole.
        self.broken = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.links = set()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def bodies(self):
        """How often each body came."""
        return collections.Counter(r.body for r in list(self.requests))

    def close(self):
        self.closing.set()
        hang_up(self.listener)  # closing alone would let an `accept` that waits take one more
        for link in list(self.links):
            hang_up(link)

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                number, self.connections = self.connections, self.connections + 1
                self.links.add(link)
            threading.Thread(target=self.serve, args=(link, number), daemon=True).start()

    def serve(self, link, connection):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with link.makefile("rb") as stream:
                number = 0
                while request := self.read(stream, connection, number):
                    number += 1
                    with self.lock:
                        self.requests.append(request)
                    if not self.reply(link, self.answer(request)):
                        return
        except OSError:
            pass
        finally:
            self.links.discard(link)
            hang_up(link)

    def read(self, stream, connection, number):
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = http.client.parse_headers(stream)
        size = int(headers.get("content-length", 0))
        body = stream.read(size)
        if len(body) < size:
            with self.lock:
                self.broken += 1
            return None
        return Request(
            line[0], line[1], {name.lower(): value for name, value in headers.items()}, body, connection, number)

    def reply(self, link, answer):
        """Whether the link goes on."""
        if answer is DROP:
            return False
        if answer is SILENCE:
            self.closing.wait()
            return False
        if isinstance(answer, Answer):
            link.sendall(answer.bytes())
            return True
        for piece in answer:
            link.sendall(piece)
        return False

    def dripping(self, answer, pause):
        """An answer that comes byte by byte."""
        for byte in answer.bytes():
            yield bytes([byte])
            if self.closing.wait(pause):
                return


def hang_up(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    link.close()
