"""A socket to an untrusted process: every wait has an end, every size is checked before it is read."""

import select
import socket
import time

from grader.sandbox.wire import HEADER, Bounds, ProtocolError


class Late(Exception):
    """The other side did not answer, or did not listen, in time."""


class Gone(Exception):
    """The other side has closed the socket."""


class Channel:
    """Frames over a connected stream socket, with deadlines in `time.monotonic` seconds."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        sock.setblocking(False)

    def send(self, data: bytes, deadline: float) -> None:
        """Send everything, or raise Late or Gone."""
        left = memoryview(data)
        while left:
            try:
                left = left[self.sock.send(left[: 1 << 20], socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                self.wait(select.POLLOUT, deadline)
            except OSError:
                raise Gone from None

    def receive(self, bounds: Bounds, deadline: float) -> tuple[bytearray, bytearray]:
        """Receive one frame, as its structure and the bytes of its arrays.

        Raises ProtocolError when it announces more than the bounds allow, before reading on.
        """
        structure, blob = HEADER.unpack(self.read(HEADER.size, deadline))
        if structure > bounds.structure or blob > bounds.blob:
            raise ProtocolError(f"a reply of {structure + blob:,} bytes is larger than allowed")
        return self.read(structure, deadline), self.read(blob, deadline)

    def read(self, size: int, deadline: float) -> bytearray:
        data = bytearray()
        while len(data) < size:
            try:
                part = self.sock.recv(min(size - len(data), 1 << 18))
            except BlockingIOError:
                self.wait(select.POLLIN, deadline)
                continue
            except OSError:
                raise Gone from None
            if not part:
                raise Gone
            data += part
            if time.monotonic() > deadline:
                raise Late
        return data

    def wait(self, event: int, deadline: float) -> None:
        left = deadline - time.monotonic()
        poller = select.poll()
        poller.register(self.sock, event)
        if left <= 0 or not poller.poll(left * 1000):
            raise Late

    def close(self) -> None:
        self.sock.close()
