"""What our pages need of Sphinx beyond MyST-NB: folds, anchors with labels, cards, and interactive pieces."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PIECES = "unrolled_pieces"      # of a page: the interactive pieces on it, in the page's metadata


class fold(nodes.General, nodes.Element):
    """Something that is shown when a reader asks for it: a native ``<details>``."""


class fold_title(nodes.TextElement):
    """The line that is always seen of a fold."""


class piece(nodes.General, nodes.Element):
    """The place of an interactive piece, which its script fills; its children are its caption."""


class Fold(SphinxDirective):
    """``:::{fold} Title``: its contents behind a line that opens them."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        words, messages = self.parse_inline(self.arguments[0])
        node = fold("", fold_title("", "", *words), classes=["fold", *self.options.get("class", [])])
        body = nodes.container("", *self.parse_content_to_nodes(), classes=["fold-body"])
        node += body
        return [node, *messages]


class Anchor(SphinxDirective):
    """``:::{anchor} id`` with a ``label`` and words: a place that other pages can point to, and what is seen there."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"label": directives.unchanged_required, "words": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        place, label = self.arguments[0], self.options["label"].lower()
        node = nodes.container("", classes=["anchor"], ids=[place])
        domain: Any = self.env.get_domain("std")
        domain.anonlabels[label] = (self.env.docname, place)
        domain.labels[label] = (self.env.docname, place, self.options["words"])
        if self.content:
            node["classes"].append("seen")
            node += self.parse_content_to_nodes()
            node[-1] += nodes.reference("", "#", refuri=f"#{place}", classes=["headerlink"],
                                        reftitle="Link to this place")
        return [node]


class Card(SphinxDirective):
    """``:::{card} label or page`` with a title, a picture and a few words: one thing to go to."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"title": directives.unchanged, "image": directives.uri, "alt": directives.unchanged,
                             "above": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        target, title = self.arguments[0], self.options.get("title", "")
        card = nodes.container("", classes=["card"])
        if image := self.options.get("image"):
            picture = nodes.image(uri=image, alt=self.options["alt"])
            card += nodes.container("", picture, classes=["card-picture"])
        if above := self.options.get("above"):
            card += nodes.paragraph("", above, classes=["card-above"])
        card += nodes.paragraph("", "", self._link(target, title), classes=["card-title"])
        card += self.parse_content_to_nodes()
        return [card]

    def _link(self, target: str, title: str) -> nodes.Node:
        """To a label, or to a page where the target begins with a slash."""
        kind = {"refdomain": "std", "reftype": "doc" if target.startswith("/") else "ref"}
        return addnodes.pending_xref("", nodes.inline("", title, classes=["std", "std-ref"]), **kind, reftarget=target,
                                     refexplicit=True, refwarn=True, refdoc=self.env.docname)


class PlacePiece(SphinxDirective):
    """``:::{piece} NAME`` with a title and words for a page without scripts; the contents are its caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"title": directives.unchanged_required, "noscript": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        self.env.metadata[self.env.docname].setdefault(PIECES, []).append(name)
        return [piece("", *self.parse_content_to_nodes(), name=name, title=self.options["title"],
                      noscript=self.options["noscript"])]


def visit_fold(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "details"))


def depart_fold(self: Any, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def visit_fold_title(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "summary", ""))


def depart_fold_title(self: Any, node: nodes.Element) -> None:
    self.body.append("</summary>\n")


def visit_piece(self: Any, node: nodes.Element) -> None:
    title = self.attval(node["title"])
    self.body.append(f'<figure class="piece" data-piece="{self.attval(node["name"])}" role="group" '
                     f'aria-label="{title}"><p class="piece-title">{self.encode(node["title"])}</p>\n'
                     f'<noscript><p>{self.encode(node["noscript"])}</p></noscript>\n<figcaption>')


def depart_piece(self: Any, node: nodes.Element) -> None:
    self.body.append("</figcaption></figure>\n")


def load_pieces(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load on a page the scripts and looks of its pieces, the shared ones first."""
    names = list(dict.fromkeys(app.env.metadata.get(page, {}).get(PIECES, ())))
    if not names:
        return
    app.add_css_file("pieces/common.css")
    app.add_js_file("pieces/common.js")
    for name in names:
        app.add_css_file(f"pieces/{name}/style.css")
        app.add_js_file(f"pieces/{name}.data.js")
        app.add_js_file(f"pieces/{name}/piece.js")


def name_levels(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the captions of the navigation a level: Sphinx calls them headings and furo gives them none."""
    if tree := context.get("furo_navigation_tree"):
        context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_node(fold_title, html=(visit_fold_title, depart_fold_title))
    app.add_node(piece, html=(visit_piece, depart_piece))
    for name, directive in (("fold", Fold), ("anchor", Anchor), ("card", Card), ("piece", PlacePiece)):
        app.add_directive(name, directive)
    app.connect("html-page-context", load_pieces)
    app.connect("html-page-context", name_levels, priority=900)      # after furo has put it there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
