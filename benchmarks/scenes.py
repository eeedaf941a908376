"""What the data set Scenes is good for: python benchmarks/scenes.py [neighbours|regions|overfit|captions]
(PyTorch).

neighbours  do nearest neighbours by feature share place and main thing?
regions     does a linear read-out of the grid find the region of the main thing?
overfit     do 50 captions reach a loss under 0.15 with CS231n's settings, and do 500 overfit?
captions    is an LSTM better than the nearest neighbour's caption, and that than a constant or a random one?
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from unrolled.scenes.build import read_descriptions
from unrolled.scenes.compose import box_of
from unrolled.scoring import bleu, cider, document_frequency, tokens

SCENES = Path(__file__).resolve().parents[1] / "datasets" / "scenes"
START, END, UNKNOWN = 1, 2, 3


class Data:
    """The stored data set, in memory."""

    def __init__(self, folder: Path) -> None:
        self.scenes = read_descriptions(folder / "descriptions.jsonl.gz")
        self.words = json.loads((folder / "coco2014_vocab.json").read_text())["idx_to_word"]
        texts = json.loads((folder / "references.json").read_text())
        self.references = {
            split: [[tokens(text) for text in five] for five in pictures] for split, pictures in texts.items()
        }
        self.features, self.full, self.grid, self.captions, self.images = {}, {}, {}, {}, {}
        with h5py.File(folder / "coco2014_captions.h5") as stored:
            for split in self.scenes:
                self.captions[split] = torch.from_numpy(stored[f"{split}_captions"][:].astype(np.int64))
                self.images[split] = torch.from_numpy(stored[f"{split}_image_idxs"][:].astype(np.int64))
        for split in self.scenes:
            with h5py.File(folder / f"{split}2014_vgg16_fc7_pca.h5") as stored:
                self.features[split] = torch.from_numpy(stored["features"][:].astype(np.float32))
            with h5py.File(folder / f"{split}2014_vgg16_fc7.h5") as stored:
                self.full[split] = torch.from_numpy(stored["features"][:].astype(np.float32))
            with h5py.File(folder / f"{split}2014_grid.h5") as stored:
                self.grid[split] = (
                    stored["features"][:].astype(np.float32) * stored["features"].attrs["scale"]
                )

    def neighbours(self, split: str, components: bool = False) -> np.ndarray:
        """The nearest training picture of every picture, by cosine of the centred full features, or of their
        principal components."""
        features = self.features if components else self.full
        centre = features["train"].mean(0)
        a, b = (F.normalize(features[s] - centre).numpy() for s in (split, "train"))
        return (a @ b.T).argmax(axis=1)


def neighbours(data: Data) -> None:
    """Accept 3, first half."""
    dice = np.random.default_rng(0)
    train, test = data.scenes["train"], data.scenes["test"]
    for name, chosen in (
        ("nearest neighbour", data.neighbours("test")),
        ("nearest by components", data.neighbours("test", components=True)),
        ("random picture", dice.integers(len(train), size=len(test))),
    ):
        pairs = [(a, train[i]) for a, i in zip(test, chosen, strict=True)]
        place = np.mean([a["place"] == b["place"] for a, b in pairs])
        kind = np.mean([_kind(a) == _kind(b) for a, b in pairs])
        both = np.mean([(a["place"], _kind(a)) == (b["place"], _kind(b)) for a, b in pairs])
        group = np.mean([(a["place"], _group(a)) == (b["place"], _group(b)) for a, b in pairs])
        print(
            f"{name:<22} same place {place:.1%}   same main thing {kind:.1%}   "
            f"both {both:.1%}   both, people as one {group:.1%}"
        )


def _mains(scene: dict[str, Any]) -> list[dict[str, Any]]:
    return [thing for thing in scene["things"] if thing["role"] == "main"]


def _kind(scene: dict[str, Any]) -> str:
    return _mains(scene)[0]["kind"]


def _group(scene: dict[str, Any]) -> str:
    return "person" if _kind(scene) in ("man", "woman", "boy", "girl") else _kind(scene)


def cells_of_main(scene: dict[str, Any]) -> np.ndarray:
    """The cells whose centre lies in the box of a main thing, (49,) bool; at least the one nearest to its
    middle."""
    unit = 160 / 7
    cells = np.zeros((7, 7), bool)
    for left, top, right, bottom in map(box_of, _mains(scene)):
        for row in range(7):
            for column in range(7):
                cells[row, column] |= (
                    left <= (column + 0.5) * unit <= right and top <= (row + 0.5) * unit <= bottom
                )
        row, column = (min(6, max(0, int((v[0] + v[1]) / 2 / unit))) for v in ((top, bottom), (left, right)))
        cells[row, column] = True
    return cells.ravel()


def regions(data: Data) -> None:
    """Accept 3, second half: a linear score of every cell, trained to be largest on the main thing."""
    torch.manual_seed(0)
    target = {
        split: torch.from_numpy(np.stack([cells_of_main(s) for s in data.scenes[split]]))
        for split in ("train", "test")
    }
    X = {split: torch.from_numpy(data.grid[split]) for split in ("train", "test")}
    scale = X["train"].std((0, 1)) + 1e-6
    score = nn.Linear(X["train"].shape[2], 1)
    optimiser = torch.optim.Adam(score.parameters(), lr=0.02)
    for _ in range(300):
        loss = -torch.logsumexp(
            F.log_softmax(score(X["train"] / scale)[..., 0], dim=1).masked_fill(~target["train"], -99), dim=1
        ).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    best = score(X["test"] / scale)[..., 0].argmax(dim=1)
    hit = target["test"][torch.arange(len(best)), best].float().mean().item()
    chance = target["test"].float().mean().item()
    middle = target["test"][:, 24].float().mean().item()
    print(
        f"best cell lies on the main thing in {hit:.1%}   "
        f"a random cell {chance:.1%}   the middle cell {middle:.1%}"
    )


# --- captioners --------------------------------------------------------------------------------------


class Captioner(nn.Module):
    """CS231n's captioning network: the picture is the first hidden state."""

    def __init__(
        self, features: int, vocabulary: int, hidden: int = 512, word: int = 256, cell: str = "lstm"
    ) -> None:
        super().__init__()
        self.project, self.embed, self.vocabulary = (
            nn.Linear(features, hidden),
            nn.Embedding(vocabulary, word),
            nn.Linear(hidden, vocabulary),
        )
        self.cell = (
            nn.LSTM(word, hidden, batch_first=True)
            if cell == "lstm"
            else nn.RNN(word, hidden, batch_first=True)
        )
        for layer in (self.project, self.vocabulary):
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.embed.weight, std=0.01)
        nn.init.normal_(self.cell.weight_ih_l0, std=word**-0.5)
        nn.init.normal_(self.cell.weight_hh_l0, std=hidden**-0.5)
        for bias in (self.cell.bias_ih_l0, self.cell.bias_hh_l0):
            nn.init.zeros_(bias)

    def start(self, features: torch.Tensor) -> Any:
        """features (N, D) -> the first state."""
        h = self.project(features)[None]
        return (h, torch.zeros_like(h)) if isinstance(self.cell, nn.LSTM) else h

    def forward(self, features: torch.Tensor, captions: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        """features (N, D), captions (N, T) -> scores (N, T, V)"""
        return self.vocabulary(self.states(features, captions, dropout))

    def states(self, features: torch.Tensor, captions: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        """features (N, D), captions (N, T) -> hidden states (N, T, H)"""
        h, _ = self.cell(F.dropout(self.embed(captions), dropout, self.training), self.start(features))
        return F.dropout(h, dropout, self.training)

    def loss(
        self, features: torch.Tensor, captions: torch.Tensor, dropout: float = 0.0
    ) -> tuple[torch.Tensor, int]:
        """Summed loss over all words, and how many there were."""
        longest = int((captions > 0).sum(dim=1).max())
        words = captions[:, 1:longest]
        said = words > 0
        scores = self.vocabulary(self.states(features, captions[:, : longest - 1], dropout)[said])
        return F.cross_entropy(scores, words[said], reduction="sum"), int(said.sum())

    @torch.no_grad()
    def sample(self, features: torch.Tensor, longest: int = 16) -> torch.Tensor:
        """Greedy captions: features (N, D) -> (N, longest) words; never the unknown one."""
        self.eval()
        state, word, said = self.start(features), torch.full((len(features), 1), START), []
        for _ in range(longest):
            h, state = self.cell(self.embed(word), state)
            scores = self.vocabulary(h)
            scores[..., [0, START, UNKNOWN]] = -1e9
            word = scores.argmax(dim=-1)
            said.append(word)
        return torch.cat(said, dim=1)


def text(data: Data, rows: torch.Tensor) -> list[list[str]]:
    """Words up to the end sign."""
    out = []
    for row in rows.tolist():
        stop = row.index(END) if END in row else len(row)
        out.append([data.words[word] for word in row[:stop] if word > 3])
    return out


def perplexity(model: Captioner, data: Data, split: str = "val") -> float:
    """exp of the mean loss per word, the end sign and unknown words counted."""
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for rows in torch.arange(len(data.captions[split])).split(500):
            loss, words = model.loss(
                data.features[split][data.images[split][rows]], data.captions[split][rows]
            )
            total, count = total + loss.item(), count + words
    return float(np.exp(total / count))


def by_length(captions: torch.Tensor, size: int) -> list[torch.Tensor]:
    """Shuffled batches of captions of about the same length, so that little is computed for padding."""
    order = torch.randperm(len(captions))
    lengths = (captions > 0).sum(dim=1) + torch.rand(len(captions)) * 2
    chunks = [chunk[lengths[chunk].argsort()] for chunk in order.split(20 * size)]
    batches = [batch for chunk in chunks for batch in chunk.split(size)]
    return [batches[i] for i in torch.randperm(len(batches))]


def train(
    data: Data, epochs: int, hidden: int, features: torch.Tensor | None = None, quiet: bool = False
) -> tuple[Captioner, float]:
    """A plain LSTM captioner; the state of the best validation perplexity is kept."""
    torch.manual_seed(0)
    features = data.features["train"] if features is None else features
    model = Captioner(features.shape[1], len(data.words), hidden)
    captions, images = data.captions["train"], data.images["train"]
    size, began = 100, time.time()
    steps = len(captions) // size
    optimiser = torch.optim.AdamW(model.parameters(), lr=1.5e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 1.5e-3, total_steps=epochs * steps, pct_start=0.1
    )
    best, kept = np.inf, {k: v.clone() for k, v in model.state_dict().items()}
    for epoch in range(epochs):
        model.train()
        for rows in by_length(captions, size)[:steps]:
            loss, words = model.loss(features[images[rows]], captions[rows], dropout=0.3)
            optimiser.zero_grad()
            (loss / words).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
        now = perplexity(model, data)
        if now < best:
            best, kept = now, {k: v.clone() for k, v in model.state_dict().items()}
        if not quiet:
            print(
                f"  epoch {epoch}  {time.time() - began:.0f} s  training loss {loss.item() / words:.2f}  "
                f"validation perplexity {now:.2f}",
                flush=True,
            )
    model.load_state_dict(kept)
    return model, best


def captions(data: Data, epochs: int, hidden: int, folder: Path) -> None:
    """Accept 4: the ladder of captioners."""
    references = data.references["test"]
    frequency = document_frequency(references)
    dice = np.random.default_rng(0)

    def score(name: str, said: list[list[str]]) -> None:
        b = [x * 100 for x in bleu(said, references)]
        print(
            f"{name:<34} BLEU-1..4 {b[0]:5.1f} {b[1]:5.1f} {b[2]:5.1f} {b[3]:5.1f}   "
            f"CIDEr-D {cider(said, references, frequency, len(references)) * 100:6.1f}",
            flush=True,
        )

    pool = [caption for five in data.references["train"] for caption in five]
    score("random caption", [pool[i] for i in dice.integers(len(pool), size=len(references))])
    frequent = Counter(" ".join(caption) for caption in pool).most_common(1)[0][0].split()
    score(f"most frequent ({' '.join(frequent)})"[:34], [frequent] * len(references))
    some = [pool[i] for i in dice.integers(len(pool), size=150)]
    half = references[:200]
    constant = max(some, key=lambda caption: bleu([caption] * len(half), half)[3])
    score("best constant of 150", [constant] * len(references))
    score("nearest neighbour's caption", [data.references["train"][i][0] for i in data.neighbours("test")])
    model, best = train(data, epochs, hidden)
    print(f"validation perplexity {best:.2f}")
    score("LSTM, greedy", text(data, model.sample(data.features["test"])))
    (folder / "measured.json").write_text(
        json.dumps(
            {
                "perplexity": round(best, 2),
                "of": f"PyTorch LSTM {hidden}, {epochs} epochs, dropout 0.3, PCA features, best epoch on val",
            }
        )
        + "\n"
    )
    order = torch.randperm(len(references), generator=torch.Generator().manual_seed(1))
    score("LSTM, test features shuffled", text(data, model.sample(data.features["test"][order])))
    blind = data.features["train"][
        torch.randperm(len(data.features["train"]), generator=torch.Generator().manual_seed(2))
    ]
    model, _ = train(data, 2, hidden, blind, quiet=True)
    score("LSTM trained on shuffled features", text(data, model.sample(data.features["test"])))
    one = [five[0] for five in references]
    rest = [five[1:] for five in references]
    b = [x * 100 for x in bleu(one, rest)]
    print(
        f"{'another speaker':<34} BLEU-1..4 {b[0]:5.1f} {b[1]:5.1f} {b[2]:5.1f} {b[3]:5.1f}   "
        f"CIDEr-D {cider(one, rest) * 100:6.1f}"
    )


def overfit(data: Data) -> None:
    """CS231n's exercise: 50 captions, batches of 25, Adam 5e-3 decayed by 0.995 an epoch, 50 epochs, loss
    per caption."""
    for cell in ("rnn", "lstm"):
        rate = 5e-3
        for count, epochs, size in ((50, 50, 25), (500, 25, 25)):
            torch.manual_seed(231)
            rows = torch.randperm(len(data.captions["train"]))[:count]
            captions_, features = (
                data.captions["train"][rows],
                data.features["train"][data.images["train"][rows]],
            )
            model = Captioner(features.shape[1], len(data.words), cell=cell)
            optimiser = torch.optim.Adam(model.parameters(), lr=rate)
            schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.995)
            history = []
            for _ in range(epochs):
                for _ in range(count // size):
                    rows = torch.randint(count, (size,))
                    loss, _ = model.loss(features[rows], captions_[rows])
                    optimiser.zero_grad()
                    (loss / size).backward()
                    optimiser.step()
                    history.append(loss.item() / size)
                schedule.step()
            print(
                f"{cell:<5} {count} captions: loss {history[0]:.1f} -> {np.mean(history[-4:]):.3f} "
                f"(last {history[-1]:.3f})   "
                f"perplexity on its own {np.exp(loss.item() / int((captions_[rows][:, 1:] > 0).sum())):.2f}, "
                f"on val {perplexity(model, data):.0f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=["neighbours", "regions", "overfit", "captions"])
    parser.add_argument("--data", type=Path, default=SCENES)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = Data(arguments.data)
    for what in arguments.what:
        print(f"--- {what}")
        {
            "neighbours": neighbours, "regions": regions, "overfit": overfit,
            "captions": lambda d: captions(d, arguments.epochs, arguments.hidden, arguments.data),
        }[what](data)


if __name__ == "__main__":
    main()
