"""The interactive pieces: complete, asking for nothing from outside, and right: their numbers are numpy's."""

from __future__ import annotations

import base64
import contextlib
import html
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.browser import conftest as browser
from tests.lesson import ROOT, Lesson, run
from unrolled import characters, data, decoding, texts
from unrolled.captioning import Captioner

page = browser.page

FOLDER = ROOT / "docs" / "pieces"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/about.toml"))
NOTEBOOKS = {path.parent.name: path for path in (ROOT / "solutions").glob("*/*.ipynb")}
SOURCES = sorted(path for kind in ("*.js", "*.css", "*/*.js", "*/*.css") for path in FOLDER.glob(kind))
OUTSIDE = r"https?:|//\w|\bimport\b|\brequire\(|\bfetch\b|\beval\b|XMLHttpRequest|WebSocket|sendBeacon|\bFunction\("
MARKUP = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|url\("
WIDTHS = (1280, 375)
PIECES_MB, SCRIPT_KB = 1.0, 12


def about(name: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / name / "about.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_piece_is_complete_and_its_place_exists(name):
    assert {path.name for path in (FOLDER / name).iterdir()} >= {"about.toml", "export.py", "piece.js", "style.css"}
    said = about(name)
    assert set(said) == {"title", "caption", "lesson", "after", "noscript"}
    assert all(said.values())
    assert len(said["caption"]) < 400
    cells = json.loads(NOTEBOOKS[said["lesson"]].read_text(encoding="utf-8"))["cells"]
    assert [cell["cell_type"] for cell in cells if cell["id"] == said["after"]] == ["code"]


def test_the_pieces_are_found():
    assert {"unrolled", "letters", "temperature", "looking"} <= set(NAMES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_sources_are_small_strict_and_ask_for_nothing(path):
    source = path.read_text(encoding="utf-8")
    inside = source.replace("http://www.w3.org/2000/svg", "")           # a name, not a request
    assert re.findall(OUTSIDE if path.suffix == ".js" else r"https?:|@import", inside) == []
    assert re.findall(MARKUP, source) == []
    assert path.suffix == ".css" or source.startswith('"use strict";\n')
    assert len(source.encode()) < SCRIPT_KB * 1000
    assert max(map(len, source.splitlines())) <= 120


def contrast(one: list[float], other: list[float]) -> float:
    """How much lighter one colour is than another, from 1 to 21, by the formula of WCAG 2.1."""
    lights = []
    for colour in (one, other):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
        lights.append(float(np.dot(linear, (0.2126, 0.7152, 0.0722))) + 0.05)
    return max(lights) / min(lights)


def test_what_stands_on_a_colour_can_be_read_in_light_and_in_dark():
    style = (FOLDER / "common.css").read_text(encoding="utf-8")
    inks = [[17 * int(digit, 16) for digit in ink] for ink in re.findall(r"--piece-ink-on: #(\w{3});", style)]
    for colour in ("high", "low", "pink"):
        found = [list(map(float, triple.split())) for triple in re.findall(rf"--piece-{colour}: ([\d ]+);", style)]
        assert len(found) == len(inks) == 3     # light, dark as chosen, dark as the system has it
        for ground, ink in zip(found, inks, strict=True):
            assert contrast(ground, ink) >= 4.5


# What export.py leaves, in the names of its lesson.


def source_as_text(letters: str) -> texts.Text:
    """A text of one file of this project, in the letters of a model."""
    source = (ROOT / "unrolled" / "texts.py").read_text(encoding="utf-8")
    numbers = texts.encode(source, letters)
    return texts.Text(letters, numbers, numbers, {"texts.py": source})


def names_of_characters() -> dict[str, Any]:
    large, trained = characters.shipped()
    return {"large": large, "trained": trained, "text": source_as_text(large.letters),
            "found": {"inside quotes": (320, 0.6), "indentation depth": (349, -0.8)}}


def names_of_looking() -> dict[str, Any]:
    scenes, looked = data.load("scenes"), data.load("scenes", features="both")
    model = Captioner("attention-lstm", word_to_idx=scenes.word_to_idx, feature_dim=scenes.train.features.shape[1],
                      wordvec_dim=12, hidden_dim=16, grid_dim=looked.train.features.grid.shape[2])
    params = model.init(0)
    params["b_vocab"][:4] = -1e4                # words only, so that each picture has a caption
    return {"scenes": scenes, "looked": looked, "decoding": decoding, "models": {"attention": model},
            "learned": {"attention": params}}


def names_of(notebook: str, cell: str) -> Callable[[], dict[str, Any]]:
    """The names of a lesson after its answers and one of its cells that show something."""
    def names() -> dict[str, Any]:
        lesson = Lesson(notebook)
        found = lesson.namespace()
        with contextlib.redirect_stdout(io.StringIO()):
            run(lesson.code[cell], cell, found)
        return found
    return names


LESSON_NAMES: dict[str, Callable[[], dict[str, Any]]] = {
    "unrolled": names_of("1-rnn/rnn.ipynb", "draw-hello"),
    "fading": names_of("6-gradient-flow/flow.ipynb", "draw-bound"),
    "letters": names_of_characters,
    "temperature": names_of_characters,
    "looking": names_of_looking,
}


@cache
def exported(name: str) -> SimpleNamespace:
    """What a piece's export.py leaves, as a dictionary and as text; and the names that it had to do with."""
    names = LESSON_NAMES[name]()
    run((FOLDER / name / "export.py").read_text(encoding="utf-8"), f"{name}/export.py", names)
    written = json.dumps(names["exported"])
    return SimpleNamespace(names=names, value=json.loads(written), text=written)


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_plain_data_and_small(name):
    assert json.loads(exported(name).text) == exported(name).names["exported"]
    assert len(exported(name).text.encode()) < PIECES_MB * 1e6


def unpacked_letters() -> characters.Params:
    """The weights that the page has, read by numpy from what the page is given."""
    given = exported("letters").value
    params = {name: np.array(vector, np.float32) for name, vector in given["vectors"].items()}
    for name, stored in given["matrices"].items():
        steps = np.array([given["digits"].index(digit) - given["most"] for digit in stored["digits"]])
        params[name] = (steps.reshape(stored["shape"]) * np.array(stored["factors"])).astype(np.float32)
    return params


def test_packing_the_letters_costs_next_to_nothing():
    given, names = exported("letters").value, exported("letters").names
    asked = names["text"].held_out[:40_000]
    for params, told in ((names["trained"], "shipped"), (unpacked_letters(), "packed")):
        assert names["large"].surprise(params, asked).mean() == pytest.approx(given["bits"][told], abs=1e-3)
    assert given["bits"]["packed"] - given["bits"]["shipped"] < 0.03


# In a browser.

pieces_in_a_browser = pytest.mark.browser
Open = Callable[..., Any]


def page_of(name: str) -> str:
    """A page with one piece, as the reading site makes it."""
    said = {key: html.escape(value) for key, value in about(name).items()}
    scripts = [(FOLDER / "common.js").as_uri(), "data.js", (FOLDER / name / "piece.js").as_uri()]
    styles = [(FOLDER / "common.css").as_uri(), (FOLDER / name / "style.css").as_uri()]
    return "\n".join([
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>A piece</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        *(f'<link rel="stylesheet" href="{style}">' for style in styles),
        f'<body style="margin: 8px"><main><figure class="piece" data-piece="{name}" role="group" '
        f'aria-label="{said["title"]}"><noscript>{said["noscript"]}</noscript>',
        f"<figcaption>{said['caption']}</figcaption></figure></main>",
        *(f'<script src="{script}"></script>' for script in scripts),
    ])


@pytest.fixture
def show(page: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a piece's page; nothing may be asked from outside, and nothing may be said in the console."""
    heard: list[str] = []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: re.match(r"file:|data:", request.url) or heard.append(request.url))

    def open_piece(name: str, width: int = WIDTHS[0]) -> Any:
        (tmp_path / "data.js").write_text(f'Unrolled.data["{name}"] = {exported(name).text};', encoding="utf-8")
        (tmp_path / "piece.html").write_text(page_of(name), encoding="utf-8")
        page.set_viewport_size({"width": width, "height": 800})
        page.goto((tmp_path / "piece.html").as_uri())
        return page

    yield open_piece
    assert heard == []


def drag(page: Any, label: str, value: float) -> None:
    """Set a slider by its name."""
    page.get_by_role("slider", name=label, exact=True).evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value)


@pieces_in_a_browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_a_piece_fits_its_page_and_every_control_has_a_name(show, name, width):
    page = show(name, width)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".piece-body").count() == 1
    controls = page.locator("button, input, select, textarea")
    assert controls.count() > 1
    for control in controls.all():
        assert control.evaluate(
            "c => c.ariaLabel || c.textContent.trim() || [...c.labels].map(l => l.textContent.trim() || "
            "l.querySelector('img').alt).join('')")


@pieces_in_a_browser
@pytest.mark.parametrize("name", NAMES)
def test_a_piece_is_reached_by_the_tab_key_and_shows_it(show, name):
    page = show(name)
    page.keyboard.press("Tab")
    focus = "document.activeElement"
    assert page.evaluate(f"document.querySelector('.piece').contains({focus})")
    assert page.evaluate(f"getComputedStyle({focus}.type === 'radio' ? {focus}.parentElement : {focus}).outlineStyle") \
        == "solid"


@pieces_in_a_browser
@pytest.mark.parametrize("steps", [0, 10])
def test_unrolled_goes_forward_and_back_as_the_lesson_does(show, steps):
    names, given = exported("unrolled").names, exported("unrolled").value
    params = {name: np.array(values) for name, values in given["start"].items()}
    params, _ = names["train_hello"](params, names["x"], names["y"], steps, given["rate"])
    h, cache = names["rnn_forward"](names["x"][None], np.zeros((1, 12)), params["Wx"], params["Wh"], params["b"])
    loss, dscores = names["next_letter_loss"](h[0] @ params["W_vocab"] + params["b_vocab"], names["y"])
    above, total, right = dscores @ params["W_vocab"].T, [], np.zeros((1, 12))
    for t in reversed(range(4)):
        total.insert(0, above[t] + right[0])
        _, right, *_ = names["rnn_step_backward"](total[0][None], cache[t])
    _, grads = names["hello_loss"](params, names["x"], names["y"])

    found = show("unrolled").evaluate(f"""() => {{
        const data = Unrolled.data.unrolled, numbers = (word) => [...word].map((c) => data.letters.indexOf(c));
        const read = numbers(data.read), expected = numbers(data.expected);
        const params = Unrolled.rnn.learned(data.start, read, expected, {steps}, data.rate);
        const forward = Unrolled.rnn.forward(params, read);
        return {{params, forward, loss: Unrolled.rnn.loss(forward, expected),
                 ...Unrolled.rnn.backward(params, forward, expected)}};
    }}""")
    close = {"rtol": 1e-5, "atol": 1e-8}
    np.testing.assert_allclose([step["h"] for step in found["forward"]], h[0], **close)
    np.testing.assert_allclose(found["loss"], loss, **close)
    np.testing.assert_allclose([step["dh"] for step in found["back"]], total, **close)
    for name in params:
        np.testing.assert_allclose(found["params"][name], params[name], **close)
        np.testing.assert_allclose(found["grads"][name], grads[name], **close)


@pieces_in_a_browser
def test_unrolled_ends_with_the_network_of_the_lesson(show):
    page, names = show("unrolled"), exported("unrolled").names
    learned = page.evaluate("""() => {
        const {start, letters, read, expected, steps, rate} = Unrolled.data.unrolled;
        const numbers = (word) => [...word].map((c) => letters.indexOf(c));
        return Unrolled.rnn.learned(start, numbers(read), numbers(expected), steps, rate);
    }""")
    for name, values in names["params"].items():
        np.testing.assert_allclose(learned[name], values, rtol=1e-5, atol=1e-8)


@pieces_in_a_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_unrolled_walks_with_keys_buttons_and_slider(show, width):
    page = show("unrolled", width)
    walk, said = page.get_by_role("slider", name="walk"), page.locator(".piece-said")
    walk.focus()
    said.filter(has_text="Step 1:").wait_for()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    said.filter(has_text="Step 4: it reads l").wait_for()
    assert "on o. That is right." in said.text_content()
    page.get_by_role("button", name="one on").click()
    said.filter(has_text="Back at step 4").wait_for()
    assert page.locator(".unrolled-back").count() == 1
    page.keyboard.press("ArrowRight")           # on the button, too
    said.filter(has_text="Back at step 3").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    said.filter(has_text="Step 4").wait_for()
    drag(page, "walk", 8)
    assert page.locator(".unrolled-back").count() == 4
    assert page.get_by_role("button", name="one on").is_disabled()
    drag(page, "learned for", 0)
    page.get_by_text("to know nothing costs 1.39").wait_for()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert (page.locator(".unrolled-reached").count(), page.locator(".unrolled-back").count()) == (4, 0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".unrolled-back").count() == 4


def believed(text: str) -> np.ndarray:
    """What the packed model expects after a text that begins after a new line: probabilities (V,)."""
    model, params, state = exported("letters").names["large"], unpacked_letters(), None
    state = model.start()
    for number in texts.encode("\n" + text, model.letters):
        scores, state = model.step(params, state, np.array([number]))
    return scores[0].astype(np.float64)


@pieces_in_a_browser
def test_letters_expects_what_numpy_expects(show):
    text = "def greet(self):\n\treturn 'häll"         # a tab and an umlaut stand for every other letter
    scores = believed(text)
    page = show("letters")
    for temperature, top in ((1, len(scores)), (0.5, len(scores)), (1.7, 5)):
        kept = np.where(scores >= np.sort(scores)[-top], scores / temperature, -np.inf)
        want = np.exp(kept - kept.max()) / np.exp(kept - kept.max()).sum()
        found = page.evaluate(f"""(text) => {{
            const data = Unrolled.data.letters, net = Unrolled.lstm.unpacked(data);
            let state = Unrolled.lstm.start(net);
            for (const letter of "\\n" + text) {{
                const place = data.letters.indexOf(letter);
                state = Unrolled.lstm.step(net, state, place < 0 ? net.V - 1 : place);
            }}
            return Unrolled.softmax(Unrolled.lstm.scores(net, state), {temperature}, {top});
        }}""", text)
        np.testing.assert_allclose(found, want, rtol=0, atol=1e-4)


@pieces_in_a_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_letters_guesses_while_one_types_and_writes_on(show, width):
    page, letters = show("letters", width), exported("letters").value["letters"]
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Start over").click()
    paper = page.get_by_role("textbox")
    page.keyboard.type("import o")
    p = np.exp(believed("import o") - believed("import o").max())
    best = int(p.argmax())
    page.locator(".piece-bar-share").first.filter(has_text=f"{100 * p[best] / p.sum():.0f} %").wait_for()
    assert page.locator(".piece-bar-letter").first.text_content() == letters[best]
    assert page.locator(".letters-paper span").all_text_contents() == list("import o")
    drag(page, "temperature", 0.1)
    page.locator(".piece-bar-share").first.filter(has_text="100 %").wait_for()
    page.locator(".piece-bar").first.click()
    assert paper.input_value() == "import o" + letters[best]
    page.get_by_role("button", name="Write one letter").click()
    page.get_by_role("button", name="Let it write").click()
    assert len(paper.input_value()) == len("import o") + 2 + 80
    page.get_by_label("colour by").select_option("surprise")
    page.get_by_text("The pinker").wait_for()


@pieces_in_a_browser
def test_letters_go_on_being_written_until_stopped(show):
    page = show("letters")
    before = page.get_by_role("textbox").input_value()
    page.get_by_role("button", name="Let it write").click()
    page.wait_for_function(f"document.querySelector('textarea').value.length > {len(before)}")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Let it write").wait_for()
    assert page.get_by_role("textbox").input_value().startswith(before)


@pieces_in_a_browser
def test_a_letter_is_coloured_by_its_unit(show):
    page, names = show("letters"), exported("letters").names
    text = page.get_by_role("textbox").input_value()
    cells, _ = names["large"].cells(unpacked_letters(), texts.encode("\n" + text, names["large"].letters))
    spans = page.locator(".letters-paper span")
    found = spans.evaluate_all(
        "spans => spans.map(s => (s.className === 'piece-low' ? -1 : 1) * s.style.getPropertyValue('--strength'))")
    np.testing.assert_allclose(found, cells[1:, 320], atol=2e-3)
    page.get_by_label("colour by").select_option("indentation depth")       # its r is negative: turned round
    found = spans.evaluate_all(
        "spans => spans.map(s => (s.className === 'piece-low' ? -1 : 1) * s.style.getPropertyValue('--strength'))")
    np.testing.assert_allclose(found, -cells[1:, 349], atol=2e-3)


@pieces_in_a_browser
def test_temperature_reshapes_the_bars_at_once(show):
    page, given = show("temperature"), exported("temperature").value
    scores = np.array(given["places"][0]["scores"])

    def widths() -> list[float]:
        return page.locator(".piece-bar-fill").evaluate_all("bars => bars.map(bar => parseFloat(bar.style.width))")

    for temperature in (1, 0.5, 2.5):
        drag(page, "temperature", temperature)
        p = np.exp((scores - scores.max()) / temperature)
        np.testing.assert_allclose(widths(), 100 * np.sort(p / p.sum())[:-9:-1], atol=1e-3)
    drag(page, "top-k", 3)
    assert sum(widths()) == pytest.approx(100, abs=1e-3)
    assert widths()[3:] == [0] * 5
    page.get_by_role("button", name="Draw 24 letters").click()
    drawn = page.locator(".temperature-drawn").text_content().split()
    assert len(drawn) == 24
    assert set(drawn) <= set(page.locator(".piece-bar-letter").all_text_contents()[:3])


@pieces_in_a_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_looking_says_for_each_word_where_the_strongest_region_is(show, width):
    page, pictures = show("looking", width), exported("looking").value["pictures"]
    for n, picture in enumerate(pictures[:2]):
        page.locator(".piece-choice").first.locator("input").nth(n).check(force=True)
        words = page.locator(".looking-words input")
        words.first.focus()
        words.first.check(force=True)
        for word in picture["words"]:
            weights = np.frombuffer(base64.b64decode(word["weights"]), "<f2").astype(float)
            said = page.locator(".looking-said").text_content()
            assert said.startswith(f"“{word['word']}”")
            assert f"has {100 * weights.max():.0f} % of the look" in said
            assert page.locator(".looking-thing").count() == len(word["boxes"])
            place = page.locator(".looking-strongest").evaluate("m => [m.style.left, m.style.top].map(parseFloat)")
            np.testing.assert_allclose(place, [weights.argmax() % 7 / 0.07, weights.argmax() // 7 / 0.07], atol=0.01)
            page.keyboard.press("ArrowRight")
        assert page.locator(".looking-said").text_content().startswith(f"“{picture['words'][0]['word']}”")    # round


@pieces_in_a_browser
def test_looking_lightens_the_picture_where_the_weights_are(show):
    page, (picture, *_) = show("looking"), exported("looking").value["pictures"]
    page.locator(".looking-words label").nth(1).hover()
    weights = np.frombuffer(base64.b64decode(picture["words"][1]["weights"]), "<f2").astype(float)
    dark = page.evaluate("""() => [...document.querySelector("canvas").getContext("2d").getImageData(0, 0, 7, 7).data]
                                  .filter((_, n) => n % 4 === 3)""")
    np.testing.assert_allclose(dark, 255 * 0.85 * (1 - weights / weights.max()), atol=1)


@pieces_in_a_browser
@pytest.mark.parametrize(("stretch", "loudness", "steps"), [(0.8, 1, 60), (1.6, 0.5, 20), (5, 0, 40)])
def test_fading_goes_back_as_the_lesson_does(show, stretch, loudness, steps):
    given, names = exported("fading").value, exported("fading").names
    Wx, Wh, x = np.array(given["Wx"]), stretch * np.array(given["Wh"]), loudness * np.array(given["x"])[:steps]
    h = names["rnn_forward"](x[None], np.zeros((1, 20)), Wx, Wh, np.zeros(20))[0][0]
    onto = np.full(20, 20**-0.5)
    sizes = [np.linalg.norm(onto @ names["jacobian_product"](h[t + 1 :], Wh)) if t + 1 < steps else 1.0
             for t in range(steps)]
    found = show("fading").evaluate(f"""() => {{
        const {{Wx, Wh, x}} = Unrolled.data.fading;
        const scaled = Wh.map((row) => row.map((w) => {stretch} * w));
        const inputs = x.slice(0, {steps}).map((row) => row.map((value) => {loudness} * value));
        return Unrolled.flow.backward(Unrolled.flow.forward(inputs, Wx, scaled), scaled);
    }}""")
    np.testing.assert_allclose(np.array(found, float), sizes, rtol=1e-5)


@pieces_in_a_browser
def test_fading_explodes_when_it_is_dragged_there(show):
    page = show("fading")
    page.get_by_text("The spectral radius is").wait_for()
    drag(page, "stretch σ", 0.5)
    low = page.locator(".fading-curve").get_attribute("points")
    drag(page, "stretch σ", 6)
    drag(page, "inputs", 0.1)
    high = page.locator(".fading-curve").get_attribute("points")
    first_of_low, first_of_high = (float(points.split()[0].split(",")[1]) for points in (low, high))
    assert first_of_high < 12 / 28 < first_of_low       # above and below the line at 1
