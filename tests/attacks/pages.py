"""Attacks on whoever reads: markup, scripts and escapes in whatever reaches a page, a report or a terminal."""

from __future__ import annotations

from tests.attacks.kit import FUNCTIONS, Attack, Kit, answers, edited, first, position, text

MARKS = (
    "<script>xss()</script>", "<img src=x onerror=xss()>", "</script><script>xss()</script>", "\"><svg onload=xss()>",
    "{{ 7 * 7 }}", "{% include '/etc/passwd' %}", "\x1b]8;;javascript:xss()\x07x\x1b]8;;\x07",
    "\x1b[31m<b onmouseover=xss()>", "</pre></div><iframe src=javascript:xss()></iframe>", "\u202e<!--", "]]>",
    "[bold]x[/bold]", "$\\href{javascript:xss()}{x}$",
)
ALL_MARKS = " ".join(MARKS)
WRITTEN = "\n\n".join((
    *MARKS, "[x](javascript:xss())", "[x](<javascript:xss()>)", "[x](java\tscript:xss())", "[x](data:text/html,xss())",
    "![x](x\" onerror=\"xss())", "[x][r]\n\n[r]: javascript:xss()", "<a href='javascript:xss()'>x</a>",
    "<details open ontoggle=xss()>", "<form action=//evil><input type=submit>", "<link rel=stylesheet href=//evil>",
    "<meta http-equiv=refresh content='0;url=//evil'>", "<base href=//evil>", "<object data=x></object>",
    "<embed src=x>", "<style>*{display:none}</style>", "# <img src=x onerror=xss()>",
    "```mermaid\n<img src=x onerror=xss()>\n```",
    "`<img src=x onerror=xss()>`", "<svg><a xlink:href=javascript:xss()>x</a></svg>", "![x](attachment:not-there.png)",
))
ATTACHED = {"x.png": {"image/png": "x\" onerror=\"xss()"}, "y\" onerror=\"xss().png": {"image/png": "AAAA"},
            "z.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9Inhzcygp"}, "w.png": {"image/png\" onerror=\"xss()": "AAAA"}}
SHOWN = f"""
MARKS = {ALL_MARKS!r}
import sys, warnings
print(MARKS)
print(MARKS, file=sys.stderr)
warnings.warn(MARKS)
class Shown:
    def _repr_html_(self): return MARKS
    def _repr_javascript_(self): return "xss()"
    def _repr_svg_(self): return MARKS
    def _repr_latex_(self): return MARKS
    def _repr_mimebundle_(self, *a, **k): return {{"text/html": MARKS, "application/javascript": "xss()"}}
    def __repr__(self): return MARKS
display(Shown())
Shown()
"""
RAISED = f"""
class Marked(Exception):
    __qualname__ = __name__ = {ALL_MARKS!r}
Marked.__name__ = Marked.__qualname__ = {ALL_MARKS!r}
raise Marked({ALL_MARKS!r})
"""


def written(cells: list, _: Kit) -> None:
    """Markup in a written answer, in a cell of one's own, in what is pasted into it, and in headings."""
    cells[position(cells, "why-two-gradients")]["source"] = WRITTEN
    cells.append(text(WRITTEN + "\n\n![a](attachment:x.png) ![b](attachment:z.svg) ![c](attachment:w.png)\n"
                      "![d](attachment:y\"%20onerror=\"xss().png)", attachments=ATTACHED))
    cells.append({"cell_type": "raw", "id": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": ALL_MARKS})


def patterns(cells: list, _: Kit) -> None:
    """A written answer that takes a reader of Markdown very long."""
    cells[position(cells, "why-two-gradients")]["source"] = (
        "[" * 300_000 + "*a_" * 3000 + "`" * 3000 + "<!--" * 1000 + "$" * 3001 + "![" * 1000 + "> " * 1000)
    cells += [text(mark * 5000) for mark in ("[", "![", "*a_", "<b>", "> ")]


def failing(words: str) -> dict[str, str]:
    """Ten answers that fail with words of their own in every place where a verdict quotes them."""
    return {
        name: f"def {name}(*a, **k):\n    print({words!r})\n    import warnings; warnings.warn({words!r})\n"
              f"    raise ValueError({words!r})  # {words}\n" for name in FUNCTIONS}


ATTACKS = [
    Attack("markup in written answers", edited(written)),
    Attack("markup in outputs", first(SHOWN)),
    Attack("markup in errors", first(RAISED)),
    Attack("markup in verdicts", answers(**failing("".join(m for m in MARKS if "\x07" not in m)))),
    Attack("markup in keys", answers(hello_loss=f"def hello_loss(params, x, y): return 0.0, {{{ALL_MARKS!r}: 0.0}}")),
    Attack("markup in type names", answers(
        rnn_step_forward=f"T = type({MARKS[0]!r}, (), {{}})\ndef rnn_step_forward(*a): return T(), T()")),
    Attack("Markdown that takes very long", edited(patterns)),
]
