"""Read caption files: MS-COCO's JSON, Flickr8k's text, and Kaggle's table of it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from unrolled.data.layout import DataError, read_json

_EXAMPLES = (
    'COCO\'s JSON {"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}, '
    "Flickr8k's lines  name.jpg#0<TAB>caption,  or a table with the heading  image,caption"
)


def read_annotations(path: Path) -> dict[str, list[str]]:
    """The captions of a caption file, by file name of the picture, in the order of the file.

    Raises DataError, with the line, for a file in none of the known forms.
    """
    if not path.is_file():
        raise DataError(f"There is no caption file {path}.")
    is_json = path.suffix.lower() == ".json"
    found = _coco(read_json(path), path) if is_json else _text(_lines(path), path)
    if not any(found.values()):
        raise DataError(f"{path} holds no captions. Expected {_EXAMPLES}.")
    return found


def _coco(content: Any, path: Path) -> dict[str, list[str]]:
    try:
        names = {image["id"]: str(image["file_name"]) for image in content["images"]}
        captions = [(note["image_id"], str(note["caption"])) for note in content["annotations"]]
    except (KeyError, TypeError) as problem:
        raise DataError(f"{path}: {problem} is missing. Expected {_EXAMPLES}.") from problem
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for image_id, caption in captions:
        if image_id not in names:
            raise DataError(f"{path}: a caption belongs to image_id {image_id}, which images does not list.")
        found[names[image_id]].append(_one_line(caption))
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as problem:
        raise DataError(f"{path} is not text in UTF-8 ({problem}). Save it as UTF-8.") from problem


def _text(lines: list[str], path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    heading = lines[0].replace(" ", "").lower() if lines else ""
    rows = _table(lines) if heading.startswith(("image,", "image_name,")) else _flickr(lines, path)
    for name, caption in rows:
        found.setdefault(name, []).append(_one_line(caption))
    return found


def _table(lines: list[str]) -> list[tuple[str, str]]:
    heading, *rows = csv.reader(lines, skipinitialspace=True)
    return [(row[0].strip(), ", ".join(row[len(heading) - 1 :])) for row in rows if row]


def _flickr(lines: list[str], path: Path) -> list[tuple[str, str]]:
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        key, tab, caption = line.partition("\t")
        if not tab:
            raise DataError(f"{path}, line {number}: found {line[:60]!r}. Expected {_EXAMPLES}.")
        name, mark, count = key.strip().rpartition("#")
        rows.append((name if mark and count.isdecimal() else key.strip(), caption))
    return rows


def _one_line(text: str) -> str:
    return " ".join(text.split())
