"""A JupyterLab server on a copy of a course, and a headless browser to look at it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
WINDOW = {"width": 1360, "height": 900}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: the folder it serves, and where."""

    root: Path
    address: str
    token: str

    def url(self, path: str) -> str:
        """The address of a page of this server, with the key to it."""
        return f"{self.address}/{path}?token={self.token}"


Shoot = Callable[[str], Path]


@pytest.fixture
def start_lab(tmp_path: Path) -> Iterator[Callable[[Path], Lab]]:
    """Start JupyterLab in a folder; it is stopped with the test, its kernels with it."""
    running: list[subprocess.Popen] = []

    def start(root: Path) -> Lab:
        own = tmp_path / "jupyter"
        _be_quiet(own)
        lab = Lab(root, f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16))
        log = tmp_path / "jupyter-lab.log"
        with log.open("wb") as output:
            running.append(subprocess.Popen(_command(lab), cwd=root, env=_environment(own), stdout=output,
                                            stderr=subprocess.STDOUT))
        _wait(lab, running[-1], log)
        return lab

    yield start
    for process in running:
        _stop(process)


def _command(lab: Lab) -> list[str]:
    """How JupyterLab is started: this machine only, no browser of its own, no news from outside."""
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
            f"--port={lab.address.rpartition(':')[2]}", "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={lab.root}", "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]


def _environment(own: Path) -> dict[str, str]:
    """The environment as it is, except that nobody's own Jupyter settings count and figures are drawn inline."""
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
               "IPYTHONDIR": "ipython"}
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return inherited | {name: str(own / folder) for name, folder in folders.items()}


def _be_quiet(own: Path) -> None:
    """Turn off the questions and notes that JupyterLab greets a newcomer with."""
    folder = own / "settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(QUIET), encoding="utf-8")


def _free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait(lab: Lab, process: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers, or fail with what it said."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(lab.url("api/status"), timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    _stop(process)
    pytest.fail(f"JupyterLab did not start in {SECONDS} s. It said:\n{log.read_text(errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen) -> None:
    """Ask a server to close its kernels and end; insist if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """An empty page of a browser that has never been used."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: see  make test-browser.")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"There is no browser: none of {', '.join(BROWSERS)} is on the path.")
    with playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            str(tmp_path / "browser"), executable_path=program, args=BROWSER_ARGUMENTS, headless=True, viewport=WINDOW)
        context.set_default_timeout(SECONDS * 1000)
        playwright.expect.set_options(timeout=SECONDS * 1000)
        yield context.pages[0]
        context.close()


@pytest.fixture
def shoot(page: Any, tmp_path: Path) -> Shoot:
    """Save what the page shows as a picture: in UNROLLED_SCREENSHOTS, or with the test's own files."""
    folder = Path(os.environ.get("UNROLLED_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def save(name: str) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        return path

    return save
