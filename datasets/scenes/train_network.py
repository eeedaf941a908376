"""Train the network that looks at scenes: python datasets/scenes/train_network.py (PyTorch, about half an
hour; better still, several rounds on new pictures with --resume --seed NEW).

It learns what is in a picture and where, from scenes of other seeds than the data set's, and never sees a
caption.
Written beside this file: network.npz, half precision, normalisation folded in, read by
unrolled.scenes.network.
"""

from __future__ import annotations

import argparse
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from unrolled.scenes import catalogue as world
from unrolled.scenes.compose import Scene, box_of, compose
from unrolled.scenes.draw import picture
from unrolled.scenes.network import CELLS, SIZE, STRIDES
from unrolled.scenes.palette import PAINT

FIRST_SEED = 1_000_000
HERE = Path(__file__).parent
CHANNELS = (24, 40, 48, 48, 96, 96, 128, 128)
GRID = 48
SUMMARY = 96

THING_LABELS = [
    *(f"kind {k}" for k in world.SIZE),
    *(f"colour {c}" for c in [*PAINT, "golden"]),
    *(
        f"act {a}"
        for a in sorted(
            {a for acts in world.DOINGS.values() for a in acts}
            | {a for acts in world.ACTS.values() for a in acts}
            | set(world.ITEM_ACT.values())
        )
    ),
    *(f"item {i}" for i in [*world.ITEM_ACT, "stick", "bone", "banana"]),
    *(f"on it {g}" for g in world.GOODS),
    *(
        f"hat {h}"
        for h in (
            "cap", "beanie", "straw hat", "top hat", "helmet", "crown", "party hat", "chef hat",
            "cowboy hat", "ribbon", "hood",
        )
    ),
    *(f"top {t}" for t in ("dress", "swimsuit", "stripes", "coat", "overalls")),
    *(
        f"marks {m}"
        for m in (
            "taxi", "police", "double", "school", "spots", "stripes", "antlers", "apples", "blossom",
            "lights",
            *world.SHOPS,
        )
    ),
    "taken seat", "beard", "glasses",
]
SCENE_LABELS = [
    *(f"place {p}" for p in world.PLACES),
    *(f"weather {w}" for w in ("sunny", "cloudy", "rainy", "snowy", "foggy", "sunset", "night")),
    *(f"count {n}" for n in range(1, 6)),
    *(f"backing {b}" for b in ("towers", "houses", "shops", "trees")),
    *(
        f"{f}"
        for f in (
            "autumn", "rainbow", "flock", "cobbles", "crossing", "path", "pond", "wheat", "lavender",
            "desert", "window", "rug", "curtains", "island", "volcano", "leash",
        )
    ),
    *(f"wall {c}" for c in PAINT),
    *(f"main {k}" for k in world.SIZE),
]
INDEX = {label: i for i, label in enumerate([*THING_LABELS, *SCENE_LABELS])}
PEOPLE_LABELS = {f"{group} {kind}" for group in ("kind", "main") for kind in world.PEOPLE}
KINDS, PLACES = list(world.SIZE), list(world.PLACES)

Example = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]


def thing_labels(thing: Scene) -> set[str]:
    """Name what there is to see of one thing, its riders included."""
    said = {
        f"kind {thing['kind']}", f"act {thing.get('act')}", f"item {thing.get('item')}",
        f"hat {thing.get('hat')}", f"top {thing.get('top')}", f"marks {thing.get('marks')}",
    }
    said |= {f"on it {g}" for g in thing.get("goods", [])} | {
        name for name in ("beard", "glasses") if thing.get(name)
    }
    if thing["kind"] not in ("elephant", "giraffe", "zebra", "fox", "tower", "campfire"):
        said.add(f"colour {thing.get('colour')}")
    for other in thing.get("with", []):
        said |= thing_labels(other) | {"taken seat"}
    return {label for label in said if label in INDEX}


def scene_labels(scene: Scene) -> set[str]:
    """Name what there is to see of the place, the hour and the main thing."""
    mains = [t for t in scene["things"] if t["role"] == "main"]
    said = {
        f"place {scene['place']}", f"weather {scene['weather']}", f"count {len(mains)}",
        f"backing {scene.get('backing')}", f"wall {scene.get('wall')}",
        str(scene.get("season")),
        str(scene.get("surface")),
        str(scene.get("crop")),
        *(name for name in scene if scene[name]),
    }
    said |= {f"main {t['kind']}" for t in mains} | {"leash" for t in scene["things"] if t.get("leash")}
    return {label for label in said if label in INDEX}


def lead(scene: Scene) -> tuple[int, int]:
    """Number the kind of the first main thing, and the place."""
    first = next(thing for thing in scene["things"] if thing["role"] == "main")
    return KINDS.index(first["kind"]), PLACES.index(scene["place"])


def example(seed: int) -> Example:
    """Draw a scene and say what there is to see.

    seed -> picture (112, 112, 3) uint8, labels (L,) bool, labels of the things in each cell (49, things)
    bool, lead (2,)
    """
    scene = compose(seed)
    labels = np.zeros(len(INDEX), bool)
    cells = np.zeros((CELLS, CELLS, len(THING_LABELS)), bool)
    labels[[INDEX[label] for label in scene_labels(scene)]] = True
    unit = 160 / CELLS
    for thing in scene["things"]:
        if thing["kind"] == "tower":
            continue
        marks = [INDEX[label] for label in thing_labels(thing)]
        if thing["role"] != "far":
            labels[marks] = True
        else:
            labels[INDEX[f"kind {thing['kind']}"]] = True
        left, top, right, bottom = (v / unit for v in box_of(thing))
        wide, high = right - left, bottom - top
        x0, x1 = (
            max(0, round(left + wide * 0.2)),
            min(CELLS, max(round(right - wide * 0.2), round(left + wide * 0.2) + 1)),
        )
        y0, y1 = (
            max(0, round(top + high * 0.15)),
            min(CELLS, max(round(bottom - high * 0.1), round(top + high * 0.15) + 1)),
        )
        if thing["role"] == "far":
            marks = [INDEX[f"kind {thing['kind']}"]]
        for mark in marks:
            cells[y0 : max(y1, 0), x0 : max(x1, 0), mark] = True
    return np.asarray(picture(scene, SIZE)), labels, cells.reshape(CELLS * CELLS, -1), lead(scene)


class Network(nn.Module):
    """3x3 convolutions with batch normalisation, which are shipped, and heads for training: all labels from
    the pooled map, things from every cell, main thing and place from the pooled map through one layer."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for i, o, stride in zip((3, *CHANNELS), CHANNELS, STRIDES, strict=False):
            layers.append(
                nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())
            )
        self.layers = nn.Sequential(*layers)
        self.grid = nn.Conv2d(CHANNELS[-1], GRID, 1)
        self.whole = nn.Linear(2 * CHANNELS[-1], len(INDEX))
        self.cell = nn.Conv2d(GRID, len(THING_LABELS), 1)
        self.summary = nn.Linear(2 * CHANNELS[-1], SUMMARY)
        self.kind = nn.Linear(SUMMARY, len(KINDS))
        self.place = nn.Linear(SUMMARY, len(PLACES))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """x (N, 3, 112, 112) -> scores of all labels (N, L), per cell (N, things, 7, 7), of the kind of the
        main thing (N, kinds) and of the place (N, places)"""
        x = self.layers(x)
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        told = F.dropout(pooled, 0.1, self.training)
        summary = F.relu(self.summary(told))
        return self.whole(told), self.cell(F.relu(self.grid(x))), self.kind(summary), self.place(summary)


@torch.no_grad()
def folded(network: Network) -> dict[str, np.ndarray]:
    """Fold batch normalisation into the kernels and store at half precision."""
    arrays = {}
    for i, (conv, norm, _) in enumerate(network.layers):
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        arrays[f"kernel{i}"] = (conv.weight * scale[:, None, None, None]).detach().numpy().astype(np.float16)
        arrays[f"bias{i}"] = (norm.bias - norm.running_mean * scale).detach().numpy().astype(np.float16)
    arrays["grid"] = network.grid.weight[:, :, 0, 0].T.detach().numpy().astype(np.float16)
    arrays["grid_bias"] = network.grid.bias.detach().numpy().astype(np.float16)
    return arrays


@torch.no_grad()
def report(network: Network, X: torch.Tensor, Y: torch.Tensor, leads: torch.Tensor) -> str:
    """On pictures that were not trained on: the share of right main things, among people too, and F1 by group
    of labels."""
    network.eval()
    outs = [network(batch(X, rows)) for rows in torch.arange(len(X)).split(200)]
    said = torch.cat([out[0] > 0 for out in outs])
    right = torch.cat([out[2].argmax(1) for out in outs]) == leads[:, 0]
    people = torch.isin(leads[:, 0], torch.tensor([KINDS.index(kind) for kind in world.PEOPLE]))
    groups: dict[str, list[float]] = {}
    for label, i in INDEX.items():
        hits, total = (said[:, i] & Y[:, i]).sum().item(), said[:, i].sum().item() + Y[:, i].sum().item()
        if Y[:, i].sum() > 4:
            groups.setdefault(label.split()[0], []).append(2 * hits / total)
    scores = [f"{name} {np.mean(values):.2f}" for name, values in groups.items() if len(values) > 1]
    return "  ".join(
        [f"main thing right {right.float().mean():.2f}, people {right[people].float().mean():.2f}; F1:", *scores]
    )


def batch(X: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Pictures as the network takes them: (n, 3, 112, 112) float, channels last in memory."""
    return (X[rows].permute(0, 3, 1, 2).float() / 255 - 0.5).contiguous(memory_format=torch.channels_last)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=14_000)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="start from the network trained last")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="the first scene to train on")
    parser.add_argument(
        "--minutes", type=float, default=60, help="stop after the epoch in which this is reached"
    )
    parser.add_argument("--state", type=Path, default=HERE / "network.pt")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(231)
    began = time.time()
    with Pool(arguments.threads) as pool:
        made = pool.map(example, range(arguments.seed, arguments.seed + arguments.pictures), chunksize=50)
    X = torch.from_numpy(np.stack([m[0] for m in made]))
    Y = torch.from_numpy(np.stack([m[1] for m in made]))
    Z = torch.from_numpy(np.stack([m[2] for m in made]))
    leads = torch.tensor([m[3] for m in made])
    del made
    print(f"drawn in {time.time() - began:.0f} s, {len(INDEX)} labels", flush=True)
    network = Network().to(memory_format=torch.channels_last)
    print(
        sum(p.numel() for p in network.layers.parameters())
        + sum(p.numel() for p in network.grid.parameters()),
        "parameters shipped",
    )
    if arguments.resume:
        network.load_state_dict(torch.load(arguments.state))
    train(network, X, Y, Z, leads, arguments, began)


def train(
    network: Network,
    X: torch.Tensor,
    Y: torch.Tensor,
    Z: torch.Tensor,
    leads: torch.Tensor,
    arguments: argparse.Namespace,
    began: float,
) -> None:
    """One-cycle training; after every epoch the weights are stored and the held-out score is printed."""
    held, size = 800, 64
    count = len(X) - held
    peak = 2.5e-3 if arguments.resume else 4e-3
    optimiser = torch.optim.AdamW(network.parameters(), lr=peak, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, peak, total_steps=arguments.epochs * (count // size), pct_start=0.15
    )
    rare = (1 / Y[:count].float().mean(0).clamp(min=0.003)).sqrt().clamp(max=6)
    matters = torch.ones(len(INDEX))
    for label, i in INDEX.items():
        matters[i] = {"main": 3.0, "place": 2.0, "act": 1.4, "item": 1.4}.get(label.split()[0], 1.0)
        if label in PEOPLE_LABELS:
            matters[i] = 4.0
    rare_cell = rare[: len(THING_LABELS), None, None] * 1.6
    for epoch in range(arguments.epochs):
        network.train()
        order = torch.randperm(count)
        for start in range(0, count // size * size, size):
            rows = order[start : start + size]
            x, target = batch(X, rows), Z[rows].unflatten(1, (CELLS, CELLS)).permute(0, 3, 1, 2).float()
            if torch.rand(()) < 0.5:
                x, target = x.flip(3), target.flip(3)
            whole, cell, kind, place = network(x)
            loss = (
                F.binary_cross_entropy_with_logits(whole, Y[rows].float(), pos_weight=rare, weight=matters)
                * 40
            )
            loss = loss + F.binary_cross_entropy_with_logits(cell, target, pos_weight=rare_cell) * 40
            loss = loss + 2 * F.cross_entropy(kind, leads[rows, 0]) + F.cross_entropy(place, leads[rows, 1])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(
            f"{epoch}  {time.time() - began:.0f} s  loss {loss.item():.2f}  "
            f"{report(network, X[count:], Y[count:], leads[count:])}",
            flush=True,
        )
        torch.save(network.state_dict(), arguments.state)
        np.savez(HERE / "network.npz", **folded(network))
        if time.time() - began > arguments.minutes * 60:
            break


if __name__ == "__main__":
    main()
