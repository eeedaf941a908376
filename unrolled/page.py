"""A page that needs nothing else: captioned pictures, scores and the loss curve in one HTML file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from unrolled import disk
from unrolled.scoring import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figure img, .name { width: 100%; border-radius: 6px; }
.name { aspect-ratio: 4 / 3; display: grid; place-items: center; border: 1px dotted #808080; color: #808080; }
figcaption p { margin: .3rem 0; font-weight: 600; }
figcaption ul { margin: 0; padding-left: 1.1rem; color: #808080; font-size: .85rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #80808055; }
th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; }
.wide img { max-width: 100%; }
"""


def write(
    path: Path, title: str, told: str, table: Table, figures: Sequence[tuple[str, Figure]],
    pictures: Sequence[Image | str], captions: Sequence[str], people: Sequence[Sequence[str]],
) -> None:
    """Write the page whole or not at all; pictures (n,) or their names, captions (n,), people (n,) lists."""
    shown = "\n".join(_figure(*one) for one in zip(pictures, captions, people, strict=True))
    drawn = "\n".join(f'<h2>{escape(name)}</h2><p class="wide"><img alt="{escape(name)}" src="{_drawing(figure)}"></p>'
                      for name, figure in figures)
    html = f"""<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style>
<h1>{escape(title)}</h1>
<p>{escape(told)}</p>
<div class="wide">{table._repr_html_()}</div>
<h2>Pictures it had not seen, with its caption; below, what people said</h2>
<div class="sheet">
{shown}
</div>
{drawn}
</html>
"""
    with disk.whole(path) as draft:
        draft.write_text(html, encoding="utf-8")


def _figure(picture: Image | str, caption: str, people: Sequence[str]) -> str:
    if isinstance(picture, str):
        seen = f'<div class="name">{escape(picture)}</div>'
    else:
        seen = f'<img alt="{escape(caption)}" src="{_data(picture)}">'
    said = "".join(f"<li>{escape(text)}</li>" for text in people)
    return f"<figure>{seen}<figcaption><p>{escape(caption)}</p><ul>{said}</ul></figcaption></figure>"


def _data(picture: Image) -> str:
    content = BytesIO()
    picture.convert("RGB").save(content, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()


def _drawing(figure: Figure) -> str:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
