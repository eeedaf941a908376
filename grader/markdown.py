"""Markdown as pages show it: nbconvert's rendering, with whatever could run, load or hide something made plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TAGS = frozenset([
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "pre",
    "q", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
])
EVERYWHERE = frozenset({"class", "id", "title", "align"})
ONLY_HERE = {"img": {"alt", "width", "height"}, "input": {"checked", "disabled"}, "ol": {"start"}}
ADDRESS = {"a": re.compile(r"(https?://|mailto:|#)[^\s\"'<>]*|[\w./%-]+"),
           "img": re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|[\w./%-]+")}
LONGEST = 20_000    # characters; more than a page of text is shown as it is, for reading it can take a long time


class Pasted(dict):
    """The pictures of one cell by name; one that is not there is an empty picture, not the end of the page."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, str]:
        return {"image/png": ""}


def as_it_is(text: str) -> str:
    """Stand in the place of nbconvert's strip_files_prefix, which takes hours over a text of nothing but brackets."""
    return text


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Stand in the place of nbconvert's filter of this name."""
    if len(source) > LONGEST:
        return f"<pre>{escape(source)}</pre>"
    attachments = context.get("cell", {}).get("attachments")
    return _rendered(source) if not attachments else _clean(_html(source, attachments))


@lru_cache(maxsize=500)
def _rendered(source: str) -> str:
    """Render a text without pictures; most are the instructor's, and the same for everyone."""
    return _clean(_html(source, {}))


def _html(source: str, attachments: dict[str, Any]) -> str:
    renderer = IPythonRenderer(escape=False, attachments=Pasted(attachments))
    return MarkdownWithMath(renderer=renderer).render(source)


def _clean(html: str) -> str:
    return bleach.clean(html, tags=TAGS, attributes=_is_harmless, protocols=("http", "https", "mailto", "data"))


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if tag in ADDRESS and name == ("src" if tag == "img" else "href"):
        return bool(ADDRESS[tag].fullmatch(value))
    if tag == "input" and name == "type":
        return value == "checkbox"
    return name in EVERYWHERE or name in ONLY_HERE.get(tag, ())
