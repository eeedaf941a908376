"""A browser reads every page, wide and narrow, in light and in the dark, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.site.lessons import read_lessons
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSERS
from tests.lesson import ROOT
from tests.site.conftest import build

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]

HTML = ROOT / "build" / "site" / "html"
WIDTHS = {"desktop": 1280, "phone": 375}
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def site() -> Path:
    """The whole site, built anew where something has changed."""
    done = build()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return HTML


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: see  make test-site.")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"There is no browser: none of {', '.join(BROWSERS)} is on the path.")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A page in a window of its own, and what went wrong on it."""

    def __init__(self, browser: Any, width: int = 1280, theme: str = "light"):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, offline=True)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("request", self._ask)
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed {request.url}"))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _hear(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.wrong.append(said.text)

    def _ask(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.wrong.append(f"asked for {request.url}")

    def open(self, path: Path, place: str = "") -> Any:
        """Open a page and wait until its formulas are set."""
        self.page.goto(path.as_uri() + place)
        self.page.evaluate("() => window.MathJax && MathJax.startup && MathJax.startup.promise")
        return self.page

    def close(self) -> None:
        self.context.close()


PICTURES = """() => Promise.all([...document.images].map(async (picture) => {
  picture.loading = "eager";
  await picture.decode().catch(() => {});
  return {source: picture.src.slice(-60), alt: picture.alt, width: picture.naturalWidth};
}))"""
FORMULAS = """() => [...document.querySelectorAll(".math")].map((math) => ({
  text: math.textContent, set: !!math.querySelector("mjx-container svg"),
  wrong: !!math.querySelector("[data-mjx-error], mjx-merror, [data-mml-node=merror]")}))"""
PIECES = """() => [...document.querySelectorAll("[data-piece]")].map((piece) => ({name: piece.dataset.piece,
  filled: piece.getBoundingClientRect().height > 150 && !!piece.querySelector("button, input")}))"""
RAW = """() => {
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data, parent = walker.currentNode.parentElement;
    if (!parent.closest("pre, code, mjx-container, script, .piece") && /\\$|\\\\[a-z]+[{_^]/.test(text))
      found.push(text);
  }
  return found;
}"""
SIDEWAYS = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


def files(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_is_whole_without_a_network(site, browser, width):
    bad: list[str] = []
    met = {"pictures": 0, "formulas": 0, "pieces": 0}
    for path in files(site):
        visit = Visit(browser, width)
        page = visit.open(path)
        pictures, formulas, pieces = (page.evaluate(what) for what in (PICTURES, FORMULAS, PIECES))
        met = {name: met[name] + len(some) for name, some in zip(met, (pictures, formulas, pieces), strict=True)}
        bad += [f"{path.name}: {words}" for words in visit.wrong]
        bad += [f"{path.name}: picture {one}" for one in pictures if not one["width"] or not one["alt"]]
        bad += [f"{path.name}: formula {one}" for one in formulas if one["wrong"] or not one["set"]]
        bad += [f"{path.name}: the piece {one['name']} is empty" for one in pieces if not one["filled"]]
        bad += [f"{path.name}: raw {one!r}" for one in page.evaluate(RAW)]
        if sideways := page.evaluate(SIDEWAYS):
            bad.append(f"{path.name}: {sideways} px wider than the window")
        visit.close()
    assert len(files(site)) > 25
    assert met["pictures"] > 100
    assert met["formulas"] > 300
    assert met["pieces"] == sum(len(lesson.pieces) for lesson in read_lessons())
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda lesson: lesson.name)
def test_every_fold_opens_by_keyboard_and_hints_one_after_the_other(site, browser, lesson):
    visit = Visit(browser)
    page = visit.open(site / "lessons" / f"{lesson.name}.html")
    folds = page.locator("article details")
    assert folds.count() > 20
    for ladder in page.locator(".ladder").all():
        rungs = ladder.locator("details.hint")
        if rungs.count() > 1:
            rungs.nth(1).locator("summary").focus()
            page.keyboard.press("Enter")
            assert rungs.nth(1).get_attribute("open") is None       # not before the first
    for fold in folds.all():
        fold.locator("summary").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("fold => fold.open", arg=fold.element_handle())
    assert not visit.wrong
    assert page.evaluate(SIDEWAYS) == 0
    visit.close()


def test_without_scripts_every_fold_opens(site, browser):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((site / "lessons" / "1-rnn.html").as_uri())
    last = page.locator(".ladder details.hint").last
    last.locator("summary").click()
    assert last.locator(".fold-body").is_visible()
    context.close()


def test_a_search_finds_a_function_and_its_page(site, browser):
    visit = Visit(browser)
    page = visit.open(site / "search.html", "?q=rnn_step_backward")
    page.locator("#search-results li a").first.wait_for()
    found = page.locator("#search-results a").evaluate_all("all => all.map(link => link.href)")
    assert any("lessons/1-rnn.html" in address for address in found)
    assert not visit.wrong
    visit.close()


def test_on_paper_there_are_no_sidebars_and_every_fold_is_open(site, browser):
    visit = Visit(browser)
    page = visit.open(site / "lessons" / "1-rnn.html")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open])").count() == 0
    assert not page.locator(".sidebar-drawer").is_visible()
    assert page.locator("details.solution .fold-body").first.is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0
    visit.close()


AXE_RULES = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((one) => (
  {id: one.id, impact: one.impact, places: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
   count: one.nodes.length})))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(site, browser, theme):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is missing.")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    bad: list[str] = []
    for path in files(site):
        visit = Visit(browser, theme=theme)
        page = visit.open(path)
        page.evaluate("document.querySelectorAll('article details').forEach((fold) => { fold.open = true; })")
        page.evaluate(script)
        bad += [f"{path.name}: {one}" for one in page.evaluate(AXE_RULES) if one["impact"] in GRAVE]
        visit.close()
    assert not bad, "\n".join(bad)
