"""A socket to an untrusted process: every wait has an end, every size is checked before it is read."""

import select
import socket
import time

from grader.sandbox.wire import HEADER, ProtocolError

AHEAD = 1 << 14


class Late(Exception):
    """The other side did not answer, or did not listen, in time."""


class Gone(Exception):
    """The other side has closed the socket."""


class Channel:
    """Frames over a connected stream socket, with deadlines in `time.monotonic` seconds."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        sock.setblocking(False)
        self._ahead = bytearray()  # received with what was asked for, at most AHEAD bytes
        self._readable = select.poll()
        self._readable.register(sock, select.POLLIN)

    def send(self, data: bytes, deadline: float) -> None:
        """Send everything, or raise Late or Gone."""
        left = memoryview(data)
        while left:
            try:
                left = left[self.sock.send(left[: 1 << 20], socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                writable = select.poll()
                writable.register(self.sock, select.POLLOUT)
                wait(writable, deadline)
            except OSError:
                raise Gone from None

    def receive(self, structure_bytes: int, blob_bytes: int, deadline: float) -> tuple[bytearray, bytearray]:
        """Receive one frame, as its structure and the bytes of its arrays.

        Raises ProtocolError when it announces more than these bounds, before room is made for it.
        """
        structure, blob = HEADER.unpack(self.read(HEADER.size, deadline))
        if structure > structure_bytes or blob > blob_bytes:
            raise ProtocolError(f"a reply of {structure + blob:,} bytes is larger than allowed")
        return self.read(structure, deadline), self.read(blob, deadline)

    def read(self, size: int, deadline: float) -> bytearray:
        """Read so many bytes; what comes with them is kept for the next read."""
        data = self._ahead
        while len(data) < size:
            wait(self._readable, deadline)
            try:
                part = self.sock.recv(max(AHEAD, min(size - len(data), 1 << 18)))
            except BlockingIOError:
                continue
            except OSError:
                raise Gone from None
            if not part:
                raise Gone
            data += part
        self._ahead = data[size:]
        del data[size:]
        return data

    def close(self) -> None:
        self.sock.close()


def wait(poller: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poller.poll(left * 1000):
        raise Late
