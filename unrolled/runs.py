"""What the commands do: train a captioner and show what came of it, caption pictures with one that was trained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from unrolled import captioning, decoding, disk, lookout, opponents, page, plots, scoring, training
from unrolled.captioning import Captioner
from unrolled.checkpoints import CheckpointError
from unrolled.data.layout import DataError
from unrolled.data.loader import CaptionData, Split, load, open_photograph
from unrolled.scenes.pointing import pointing
from unrolled.scoring import Score, Table
from unrolled.training import History

CELLS = ("rnn", "lstm", "gru", "attention-lstm")
ON_THE_PAGE = 24        # pictures
MAPS_ON_THE_PAGE = 4    # pictures with attention maps


class Trouble(Exception):
    """Something that a person can mend; the message says how."""


@dataclass(frozen=True)
class Recipe:
    """All that decides what comes out of a training, as the command's options have it."""

    data: str
    cell: str
    hidden: int
    wordvec: int
    epochs: int
    batch: int
    learning_rate: float
    decay: float
    dropout: float
    patience: int
    image: str
    beam: int
    max_train: int | None
    threads: int
    seed: int


@dataclass(frozen=True)
class Made:
    """What came of a training: the table, and where model and page lie."""

    table: Table
    model: Path
    page: Path
    interrupted: bool


def train(recipe: Recipe, out: Path | None = None, anew: bool = False) -> Made:
    """Train, score, save the model and a page; models that were trained into the same folder share the table."""
    data = load(recipe.data, recipe.max_train, features=_features_for(recipe.cell))
    folder = out or Path("runs") / data.name
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{recipe.cell}.checkpoint"
    if anew:
        checkpoint.unlink(missing_ok=True)
    captioner = _captioner(recipe, data)
    params = captioner.init(np.random.default_rng(recipe.seed))
    print(f"{data}\n{captioner}\n")
    history = _learn(recipe, captioner, params, data, checkpoint)

    print("Writing captions, and scoring them beside the opponents'")
    model = folder / f"{recipe.cell}.npz"
    captioning.save(model, captioner, params)
    said = captions_of(captioner, params, data, data.val.features, recipe.beam)
    mine = score_both(captioner, params, data, said, recipe.beam)
    table = _shared_table(folder, recipe, data, mine, history)
    written = _write_page(folder, recipe, captioner, params, data, table, history, said[recipe.beam])
    if history.stopped != "interrupted":
        checkpoint.unlink(missing_ok=True)
    return Made(table, model, written, history.stopped == "interrupted")


def _captioner(recipe: Recipe, data: CaptionData) -> Captioner:
    return Captioner(
        recipe.cell, word_to_idx=data.word_to_idx, **_widths(data), wordvec_dim=recipe.wordvec,
        hidden_dim=recipe.hidden, image=cast(Any, recipe.image), dropout=recipe.dropout, threads=recipe.threads,
    )


def _widths(data: CaptionData) -> dict[str, Any]:
    """How wide the features of a picture are, and of a region where the model looks at regions."""
    rows = data.train.features.row_shape
    return {"feature_dim": rows[0][-1], "grid_dim": rows[1][-1]} if data.kind == "both" else {"feature_dim": rows[-1]}


def _learn(
    recipe: Recipe, captioner: Captioner, params: dict[str, Any], data: CaptionData, checkpoint: Path
) -> History:
    if checkpoint.exists():
        print(f"Going on with {checkpoint}; --anew begins again.")
    try:
        return training.train(
            captioner.loss, params, data.train, data.val, checkpoint=checkpoint,
            optimiser=training.Adam(params, recipe.learning_rate), epochs=recipe.epochs, batch_size=recipe.batch,
            decay=recipe.decay, patience=recipe.patience, seed=recipe.seed,
        )
    except CheckpointError as problem:
        raise Trouble(f"{problem} Or begin again with --anew.") from problem


def captions_of(
    captioner: Captioner, params: dict[str, Any], data: CaptionData, features: Any, beam: int
) -> dict[int, list[str]]:
    """Captions (M,) as text, greedy and by a beam search: {1: greedy, beam: ...}."""
    said = {1: decoding.greedy(captioner, params, features)}
    if beam > 1:
        said[beam], _ = decoding.beam_search(captioner, params, features, beam=beam)
    return {width: cast(list[str], data.decode(captions)) for width, captions in said.items()}


def score_both(
    captioner: Captioner, params: dict[str, Any], data: CaptionData, said: dict[int, list[str]], beam: int
) -> dict[str, Score]:
    """A score for each way of decoding, by its name in the table."""
    people = scoring.References(data.val.references)
    perplexity = scoring.perplexity(captioner.loss, params, data.val)
    return {how: scoring.score(said[width], people, perplexity) for width, how in _ways(beam)}


def _ways(beam: int) -> list[tuple[int, str]]:
    return [(1, "greedy"), *([(beam, f"beam {beam}")] if beam > 1 else [])]


def _shared_table(
    folder: Path, recipe: Recipe, data: CaptionData, mine: dict[str, Score], history: History
) -> Table:
    """The opponents, every model in the folder, and another human; this model's scores are put there first."""
    kept = {"recipe": asdict(recipe), "seconds": round(history.seconds, 1), "epochs": history.epochs,
            "scores": {f"{recipe.cell}, {how}": one for how, one in mine.items()}}
    _write_text(folder / f"{recipe.cell}.json", json.dumps(kept, indent=1))
    models: dict[str, Score] = {}
    for cell in CELLS:
        path = folder / f"{cell}.json"
        if path.is_file():
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["recipe"]["data"] == recipe.data:
                models |= {name: Score(tuple(bleu), cider, perplexity)
                           for name, (bleu, cider, perplexity) in stored["scores"].items()}
    return opponents.table(data, "val", **models)


def _write_page(
    folder: Path, recipe: Recipe, captioner: Captioner, params: dict[str, Any], data: CaptionData, table: Table,
    history: History, said: Sequence[str],
) -> Path:
    count = min(ON_THE_PAGE, len(said))
    chosen = np.random.default_rng(recipe.seed).choice(len(said), count, replace=False).tolist()
    figures = [("Loss", plots.loss_curves(history))]
    if captioner.looks:
        figures += [(f"Where it looked, {k + 1}", figure)
                    for k, figure in enumerate(_looks(captioner, params, data, chosen))]
    path = folder / f"{recipe.cell}.html"
    told = (f"{captioner!r}. {history.epochs} epochs in {history.seconds:.0f} seconds"
            f"{'; ' + history.stopped if history.stopped else ''}. Captions by beam search, {recipe.beam} wide."
            f"{_pointing(captioner, params, data)}")
    page.write(path, f"{recipe.cell} on {data.name}", told, table, figures,
               [picture_or_name(data, "val", i) for i in chosen], [said[i] for i in chosen],
               [data.val.references[i] for i in chosen])
    return path


def _looks(captioner: Captioner, params: dict[str, Any], data: CaptionData, chosen: Sequence[int]) -> list[Any]:
    """Attention maps of a few pictures, where the pictures are at hand."""
    figures: list[Any] = []
    for i in chosen:
        picture = picture_or_name(data, "val", i)
        if not isinstance(picture, str) and len(figures) < MAPS_ON_THE_PAGE:
            (words,), (weights,) = look_along(captioner, params, data, data.val.features[[i]])
            figures.append(plots.attention_maps(picture, words, weights))
    return figures


def look_along(
    captioner: Captioner, params: dict[str, Any], data: CaptionData, features: Any
) -> tuple[list[list[str]], list[NDArray[Any]]]:
    """Greedy captions of M pictures as words, and where each word was looked for: (M,) lists of T, (M,) of (T, R)."""
    captions, weights = decoding.look_along(captioner, params, features)
    lengths = (captions > 0).sum(axis=1)
    words = [[data.idx_to_word[i] for i in row[:T]] for row, T in zip(captions.tolist(), lengths, strict=True)]
    return words, [looked[:T] for looked, T in zip(weights, lengths, strict=True)]


def _pointing(captioner: Captioner, params: dict[str, Any], data: CaptionData) -> str:
    """How often attention lies on what it names, in a sentence; nothing where pictures do not tell where things are."""
    if not (captioner.looks and data.val.descriptions):
        return ""
    try:
        hits, chance, words = pointing(data.val.descriptions, *look_along(captioner, params, data, data.val.features))
    except ValueError:          # it named nothing that is there
        return ""
    return (f" Of {words} things that it names, its strongest region lies on {hits:.0%}; "
            f"a random region would on {chance:.0%}.")


def caption(
    model: Path, name: str, split: str, numbers: Sequence[int] | None, count: int, files: Sequence[Path], beam: int,
    sheet: Path | None,
) -> list[tuple[str, str]]:
    """Captions by picture name, for pictures of a split or for image files; a contact sheet where asked for."""
    if not model.is_file():
        raise Trouble(f"There is no file {model}. Train one with  python -m unrolled train")
    captioner, params = captioning.load(model)
    data = load(name, features=_features_for(str(captioner.cell)))
    if captioner.word_to_idx != data.word_to_idx:
        raise Trouble(f"{model} was trained with another vocabulary than that of {data.name}. Which data set was it? "
                      "Give it with --data.")
    if files:
        features = lookout.features_of_files(files, data)
        names, pictures = [str(path) for path in files], [open_photograph(path, 320) for path in files]
        people = None
    else:
        chosen = _chosen(data.split(split), numbers, count)
        features = data.split(split).features[chosen]
        pictures = [picture_or_name(data, split, i) for i in chosen] if sheet else []
        names = [_name(data, split, i) for i in chosen]
        people = [data.split(split).references[i] for i in chosen]
    said = captions_of(captioner, params, data, features, beam)[beam]
    if sheet is not None:
        _save_sheet(sheet, plots.captioned(pictures, said, people))
    return list(zip(names, said, strict=True))


def _chosen(split: Split, numbers: Sequence[int] | None, count: int) -> list[int]:
    pictures = len(split.features)
    if not numbers:
        return np.random.default_rng(0).choice(pictures, min(count, pictures), replace=False).tolist()
    if beyond := [i for i in numbers if i >= pictures]:
        raise Trouble(f"{split.name} has pictures 0 to {pictures - 1}; {beyond[0]} was asked for.")
    return list(numbers)


def picture_or_name(data: CaptionData, split: str, i: int) -> Any:
    """The picture, or its name where it did not come along."""
    try:
        return data.picture(split, i, 320)
    except DataError:
        return _name(data, split, i)


def _name(data: CaptionData, split: str, i: int) -> str:
    images = data.split(split).images
    return images[i] if images else f"{split} {i}"


def _features_for(cell: str) -> Literal["pca", "both"]:
    return "both" if cell == "attention-lstm" else "pca"


def _save_sheet(path: Path, figure: Any) -> None:
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".pdf", ".svg"):
        raise Trouble(f"--sheet {path}: expected a name that ends in .png, .jpg, .pdf or .svg.")
    figure.savefig(path, dpi=120, facecolor="white")


def _write_text(path: Path, text: str) -> None:
    with disk.whole(path) as draft:
        draft.write_text(text, encoding="utf-8")
