"""Building the site for the tests, and reading its pages."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from docs.site.executed import ONE_THREAD
from tests.lesson import ROOT

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


@dataclass
class Page(HTMLParser):
    """What a page asks for, where it leads, and what can be led to on it."""

    path: Path
    loaded: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    pictures: list[dict[str, str | None]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.text = self.path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {values.get("id") or ""}
        if tag in LOADED and (asked := values.get(LOADED[tag])):
            self.loaded.append(asked)
        if tag == "a" and (leads := values.get("href")):
            self.links.append(leads)
        if tag == "img":
            self.pictures.append(values)


def build(*arguments: str) -> subprocess.CompletedProcess:
    """Run the builder as ``make site`` does."""
    return subprocess.run([sys.executable, "-m", "docs.site", *arguments], cwd=ROOT, env=os.environ | ONE_THREAD,
                          capture_output=True, encoding="utf-8", errors="replace", check=False)


def read_pages(html: Path) -> dict[Path, Page]:
    """Every page of a site, by its file."""
    return {path: Page(path) for path in sorted(html.rglob("*.html"))}


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first lesson and all guides as a site, warnings as errors."""
    target = tmp_path_factory.mktemp("site")
    done = build("1-rnn", "--draft", "--to", str(target))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return target / "html"
