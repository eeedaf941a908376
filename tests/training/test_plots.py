"""Every picture draws, is labelled, and reads on white and on black."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from unrolled import plots
from unrolled.training import History

rng = np.random.default_rng(0)
TEXT = "def f(x):\n\treturn $x^2 # a line that is longer than the width of the panel\n"


def history(val=True):
    return History(rng.uniform(20, 60, 431).tolist(), rng.uniform(1, 9, 431).tolist(),
                   [(100, 40.0), (200, 35.0)] if val else [])


def picture():
    return Image.fromarray(rng.integers(0, 255, (60, 80, 3), dtype=np.uint8))


FIGURES = {
    "one loss": lambda: plots.loss_curves(history()),
    "losses": lambda: plots.loss_curves({"rnn": history(), "lstm": history(val=False)}, title="two cells"),
    "no loss yet": lambda: plots.loss_curves(History()),
    "norms": lambda: plots.gradient_norms({"rnn": [1.0, 0.5, 0.0, np.inf], "lstm": [1.0, 1.1]}, clip=5.0),
    "success": lambda: plots.success_curves({"rnn": rng.random((5, 3)), "lstm": np.ones((5, 3))}, [10, 20, 40],
                                            "recall", chance=0.25),
    "captions": lambda: plots.captioned([picture(), "val-1.jpg"], ["a $5 dog", "a cat_x^2"], [["a $ dog"], ["cat"]]),
    "one caption": lambda: plots.captioned([picture()], ["a dog"]),
    "attention": lambda: plots.attention_maps(picture(), ["a", "$dog$"], rng.dirichlet(np.ones(49), 2)),
    "hidden units": lambda: plots.hidden_over_text(TEXT, np.tanh(rng.normal(size=(len(TEXT), 7))), [0, 6], width=40),
    "word vectors": lambda: plots.word_neighbours(rng.normal(size=(20, 5)), [f"w{i}" for i in range(20)],
                                                  ["w5", "w6"], count=3),
    "confusion": lambda: plots.confusion(rng.integers(0, 3, 40), rng.integers(0, 3, 40), ["walk", "run", "wave"]),
    "timelines": lambda: plots.timelines({"right": np.repeat([0, 11], 4), "said": np.arange(8) % 3},
                                         [f"name {k}" for k in range(12)], rng.integers(0, 255, (8, 5, 5, 3))),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_draws(name):
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=50)
    with Image.open(content) as drawn:
        pixels = np.asarray(drawn.convert("RGBA"))
    assert (pixels[..., 3] == 0).any()              # no ground of its own
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 20


def contrast(colour, ground):
    def light(rgb):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(rgb)]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    a, b = sorted((light(colour), light(ground)))
    return (b + 0.05) / (a + 0.05)


ON_COLOURS = ("hidden units", "confusion", "timelines")       # their texts stand on patches of their own


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ON_COLOURS])
def test_labels_read_on_white_and_on_black(name):
    figure = FIGURES[name]()
    figure.canvas.draw()
    texts = [text for ax in figure.axes for text in
             (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels(),
              *(ax.get_legend().get_texts() if ax.get_legend() else []))]
    shown = [text for text in texts if text.get_text()]
    assert shown
    for text in shown:
        assert contrast(text.get_color(), "white") > 4, text
        assert contrast(text.get_color(), "#111111") > 4, text


def test_lines_can_be_told_apart_without_colour():
    figure = plots.gradient_norms({name: [1.0, 2.0] for name in "abcd"})
    strokes = [line.get_linestyle() for line in figure.axes[0].lines]
    assert len(set(strokes)) == 4
    for line in figure.axes[0].lines:
        assert contrast(line.get_color(), "white") > 2.5
        assert contrast(line.get_color(), "#111111") > 2.5


def test_axes_are_labelled():
    for name, labels in (("one loss", ("minibatch", "loss of a caption")), ("norms", ("minibatch", None))):
        ax = FIGURES[name]().axes[0]
        assert ax.get_xlabel() == labels[0]
        assert ax.get_ylabel() == (labels[1] or "norm of the gradient")


def test_letters_on_hidden_units_read_on_their_colour():
    figure = FIGURES["hidden units"]()
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.texts][:4] == ["d", "e", "f", "·"]
    assert len(ax.texts) == len(TEXT)
    for text, patch in zip(ax.texts, ax.patches, strict=True):
        assert contrast(text.get_color(), patch.get_facecolor()[:3]) > 3


def test_names_and_counts_read_on_their_colour():
    ax = FIGURES["timelines"]().axes[0]
    for text in ax.texts:
        x, y = text.get_position()
        (patch,) = [p for p in ax.patches if p.get_bbox().contains(x + 0.1, y)]
        assert contrast(text.get_color(), patch.get_facecolor()[:3]) > 3
    ax = FIGURES["confusion"]().axes[0]
    (image,) = ax.images
    for text in ax.texts:
        column, row = text.get_position()
        ground = image.cmap(image.norm(image.get_array()[row, column]))[:3]
        assert contrast(text.get_color(), ground) > 3


def test_a_unit_at_one_is_orange_and_at_minus_one_purple():
    figure = plots.hidden_over_text("ab", np.array([[1.0], [-1.0]]), [0])
    (r, g, b), (r2, g2, b2) = (patch.get_facecolor()[:3] for patch in figure.axes[0].patches)
    assert r > g > b
    assert b2 > g2
    assert b2 > r2


def test_light_falls_where_the_weight_is():
    weights = np.zeros((1, 49))
    weights[0, 8] = 1           # second row, second column
    white = Image.new("RGB", (70, 70), "white")
    shown = plots.attention_maps(white, ["dog"], weights).axes[1].images[0].get_array()[..., 0]
    assert np.unravel_index(np.argmax(shown), shown.shape)[0] in range(10, 20)
    assert shown[15, 15] > 0.9
    assert shown[60, 60] < 0.2


def test_word_neighbours_are_the_nearest_and_never_marks():
    vectors = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0], [1, 0], [0.9, 0.1], [0.5, 0.5], [-1, 0]])
    words = ["<NULL>", "<START>", "<END>", "<UNK>", "dog", "puppy", "cat", "car"]
    ax = plots.word_neighbours(vectors, words, ["dog"], count=5).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["puppy", "cat", "car"]
    with pytest.raises(ValueError, match="not in the vocabulary: bird"):
        plots.word_neighbours(vectors, words, ["bird"])


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="captions: expected 1, one per picture, found 2"):
        plots.captioned([picture()], ["a", "b"])
    with pytest.raises(ValueError, match=r"weights: expected \(T=2, G·G\)"):
        plots.attention_maps(picture(), ["a", "b"], np.ones((2, 48)))
    with pytest.raises(ValueError, match=r"h: expected \(T=3, H\)"):
        plots.hidden_over_text("abc", np.ones((2, 4)), [0])
