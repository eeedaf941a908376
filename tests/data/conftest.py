"""A small data set, a web server that misbehaves on demand, and the shared real data."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from data_helpers import ROOT, Served, write_layout


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the checkout, which no test may need."""
    folder = Path(os.environ.get("UNROLLED_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the shared real data is not at {folder}; set UNROLLED_SHARED_DATA to its folder")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "tiny")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served: Served = self.server.served  # type: ignore[attr-defined]
        asked = self.headers.get("Range", "")
        served.asked.append(asked)
        start = self._start(served, asked)
        if start and start >= served.size():
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{served.size()}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._head(served, start)
        self._body(served, start)

    def _start(self, served: Served, asked: str) -> int:
        same = self.headers.get("If-Range", served.etag) == served.etag
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and served.ranges and same else 0

    def _head(self, served: Served, start: int) -> None:
        self.send_response(206 if start else served.status)
        self.send_header("Content-Type", served.kind)
        self.send_header("Content-Length", str(served.size() - start))
        if served.etag:
            self.send_header("ETag", served.etag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{served.size() - 1}/{served.size()}")
        self.end_headers()

    def _body(self, served: Served, start: int) -> None:
        stop = min(served.size(), start + served.cuts.pop(0)) if served.cuts else served.size()
        pause = threading.Event()
        try:
            while start < stop:
                block = served.read(start, min(65536 if served.slow else 1 << 20, stop - start))
                self.wfile.write(block)
                start += len(block)
                if served.slow:
                    pause.wait(served.slow)
        except OSError:
            pass  # the client went away
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A web server on this machine; tests set what it serves and how it fails."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    served = server.served = Served()  # type: ignore[attr-defined]
    served.url = f"http://127.0.0.1:{server.server_address[1]}/coco_captioning.zip"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
