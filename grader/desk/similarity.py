"""Comparing answers by what they compute from what, not by how they are spelled.

An answer is read as a graph of values: names, order of independent statements, temporaries, layout and comments leave
no trace in it. What two graphs share counts the more, the fewer others of the class have it. Where the whole class
writes much the same, nothing is said.
"""

from __future__ import annotations

import ast
import hashlib
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from grader import notebooks, submission
from grader.course import Course, Trouble

DEPTHS = (2, 3, 5)          # how far down a value's origin a part of an answer reaches
ALIKE = 0.8                 # the share of what is rare in two answers that they have in common
BITS = 24.0                 # how much that is rare they have to share, at least
FEWEST = 8                  # answers of a class, below which nobody can say what is rare
MOST_GROUPS = 0.1           # groups of like answers, as a share of the class: with more, nothing is said
LARGEST_GROUP = 0.2         # the same for how many are in one group
MOST_SHOWN, MOST_LETTERS = 40, 20_000      # pairs on the page, and letters of an answer
COMMUTE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
SHOWS = {"print", "display"}

UNKNOWN = ("What stands out is worth a talk, and proves nothing: it does not say who wrote first, or whether both had "
           "the same book, teacher, neighbour or machine. It cannot see an idea that was copied and written anew.")

Node = tuple[Any, ...]      # what is done, then the numbers of the nodes that it is done to


class Graph:
    """The values of one answer: every node is what is done, and to which nodes; the same twice is one node."""

    def __init__(self, source: str):
        self.nodes: list[Node] = []
        self.lines: list[set[int]] = []
        self.roots: list[int] = []
        self._number: dict[Node, int] = {}
        self._labels: dict[tuple[int, int], str] = {}
        tree = ast.parse(source)
        self.own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        _Reader(self).block(tree.body, {})

    def node(self, *what: Any, line: int = 0) -> int:
        """The number of a node, new or not."""
        if what not in self._number:
            self._number[what] = len(self.nodes)
            self.nodes.append(what)
            self.lines.append(set())
        number = self._number[what]
        if line:
            self.lines[number].add(line)
        return number

    def parts(self) -> dict[str, set[int]]:
        """The parts of an answer by their labels, each with the lines that it stands on."""
        found: dict[str, set[int]] = {}
        for number in self._reached():
            if len(self.nodes[number]) > 1 and any(isinstance(child, Ref) for child in self.nodes[number][1:]):
                for depth in DEPTHS:
                    found.setdefault(self.label(number, depth), set()).update(self.lines[number])
        return found

    def label(self, number: int, depth: int) -> str:
        """What a node is, down to a depth; operands that commute stand in one order."""
        if (number, depth) not in self._labels:
            what, *rest = self.nodes[number]
            under = [self.label(child.number, depth - 1) if isinstance(child, Ref) and depth > 1 else
                     "·" if isinstance(child, Ref) else repr(child) for child in rest]
            under = sorted(under) if what in ("Add", "Mult", "BitAnd", "BitOr", "BitXor", "dict", "set") else under
            text = f"{what}({', '.join(under)})"
            self._labels[number, depth] = hashlib.sha1(text.encode()).hexdigest()[:16]
        return self._labels[number, depth]

    def _reached(self) -> set[int]:
        found: set[int] = set()
        waiting = list(self.roots)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += [child.number for child in self.nodes[number][1:] if isinstance(child, Ref)]
        return found


@dataclass(frozen=True)
class Ref:
    """Another node, as a part of a node."""

    number: int


Names = dict[str, int]


class _Reader:
    """Reads statements into a graph; names are only where values are looked up, and leave no trace."""

    def __init__(self, graph: Graph):
        self.graph = graph

    def block(self, body: Iterable[ast.stmt], names: Names) -> None:
        for statement in body:
            read = getattr(self, f"_{type(statement).__name__}", self._other)
            read(statement, names)

    def value(self, node: ast.AST | None, names: Names) -> Ref:
        """The node of an expression."""
        if node is None:
            return self._new(node, "none")
        read = getattr(self, f"_{type(node).__name__}", self._anything)
        return read(node, names)

    def _new(self, at: Any, *what: Any) -> Ref:
        return Ref(self.graph.node(*what, line=getattr(at, "lineno", 0)))

    def _keep(self, ref: Ref) -> Ref:
        """Something that an answer computes, whether it uses it or not."""
        self.graph.roots.append(ref.number)
        return ref

    # statements

    def _FunctionDef(self, node: ast.FunctionDef, names: Names) -> None:
        inner = dict(names)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for place, argument in enumerate(arguments):
            inner[argument.arg] = self._new(None, "argument", place).number
        self.block(node.body, inner)

    def _ClassDef(self, node: ast.ClassDef, names: Names) -> None:
        self.block(node.body, dict(names))

    def _Assign(self, node: ast.Assign, names: Names) -> None:
        for target in node.targets:
            self._bind(target, node.value, names)

    def _AnnAssign(self, node: ast.AnnAssign, names: Names) -> None:
        if node.value is not None:
            self._bind(node.target, node.value, names)

    def _NamedExpr(self, node: ast.NamedExpr, names: Names) -> Ref:
        self._bind(node.target, node.value, names)
        return Ref(names[node.target.id])

    def _bind(self, target: ast.expr, value: ast.expr, names: Names) -> None:
        """Assign an expression; several at once are as many assignments."""
        both = isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))
        starred = any(isinstance(part, ast.Starred) for part in [*getattr(target, "elts", ()),
                                                                 *getattr(value, "elts", ())])
        if both and not starred and len(target.elts) == len(value.elts):       # type: ignore[attr-defined]
            values = [self._keep(self.value(part, names)) for part in value.elts]   # type: ignore[attr-defined]
            for part, ref in zip(target.elts, values, strict=True):             # type: ignore[attr-defined]
                self._store(part, ref, names)
        else:
            self._store(target, self._keep(self.value(value, names)), names)

    def _store(self, target: ast.AST, ref: Ref, names: Names) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = ref.number
        elif isinstance(target, (ast.Tuple, ast.List)):
            for place, part in enumerate(target.elts):
                self._store(part, self._new(target, "item", place, len(target.elts), ref), names)
        elif isinstance(target, ast.Starred):
            self._store(target.value, self._new(target, "rest", ref), names)
        elif isinstance(target, (ast.Subscript, ast.Attribute)):
            where = self.value(target.slice, names) if isinstance(target, ast.Subscript) else target.attr
            changed = self._keep(self._new(target, "store", self.value(target.value, names), where, ref))
            self._change(target.value, changed, names)

    def _change(self, target: ast.AST, ref: Ref, names: Names) -> None:
        """Give the name under a changed object its new value."""
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name) and target.id in names:
            names[target.id] = ref.number

    def _AugAssign(self, node: ast.AugAssign, names: Names) -> None:
        old, more = self.value(node.target, names), self.value(node.value, names)
        self._store(node.target, self._keep(self._operation(node, type(node.op), [old, more])), names)

    def _Expr(self, node: ast.Expr, names: Names) -> None:
        call = node.value
        if isinstance(call, ast.Constant) or (isinstance(call, ast.Call) and _name(call.func) in SHOWS):
            return
        ref = self._keep(self.value(call, names))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self._change(call.func.value, ref, names)

    def _For(self, node: ast.For, names: Names) -> None:
        over = self._keep(self.value(node.iter, names))
        self._loop(node, [*node.body, *node.orelse], over, names, node.target)

    def _While(self, node: ast.While, names: Names) -> None:
        self._loop(node, [*node.body, *node.orelse], self._new(node, "while"), names, None, node.test)

    def _loop(self, node: ast.AST, body: list[ast.stmt], over: Ref, names: Names, target: ast.expr | None,
              test: ast.expr | None = None) -> None:
        """Values that a loop carries from round to round are known by what they begin with."""
        for name in _assigned(body):
            if name in names:
                names[name] = self._new(None, "carried", Ref(names[name])).number
        if target is not None:
            self._store(target, self._new(node, "each", over), names)
        if test is not None:
            self._keep(self.value(test, names))
        self.block(body, names)

    def _If(self, node: ast.If, names: Names) -> None:
        test = self._keep(self.value(node.test, names))
        yes, no = dict(names), dict(names)
        self.block(node.body, yes)
        self.block(node.orelse, no)
        for name in yes.keys() | no.keys():
            a, b = yes.get(name), no.get(name)
            if a is not None and b is not None and a != b:
                names[name] = self._new(node, "either", test, Ref(a), Ref(b)).number
            elif a is not None or b is not None:
                names[name] = a if a is not None else b     # type: ignore[assignment]

    def _Return(self, node: ast.Return, names: Names) -> None:
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for place, value in enumerate(values):
            self._keep(self._new(node, "return", place, self.value(value, names)))

    def _other(self, node: ast.stmt, names: Names) -> None:
        """Any other statement: its values, and the statements in it."""
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass, ast.Raise, ast.Assert, ast.Global, ast.Nonlocal)):
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._keep(self.value(child, names))
            elif isinstance(child, ast.withitem):
                self._keep(self.value(child.context_expr, names))
            elif isinstance(child, ast.stmt):
                self.block([child], names)
            elif isinstance(child, ast.ExceptHandler):
                self.block(child.body, names)

    # expressions

    def _Name(self, node: ast.Name, names: Names) -> Ref:
        if node.id in names:
            return Ref(names[node.id])
        return self._new(node, "helper") if node.id in self.graph.own else self._new(node, "name", node.id)

    def _Constant(self, node: ast.Constant, names: Names) -> Ref:
        number = node.value
        if isinstance(number, float) and math.isfinite(number):
            number = int(number) if number == int(number) else float(f"{number:.2g}")
        return self._new(node, "constant", repr(number))

    def _BinOp(self, node: ast.BinOp, names: Names) -> Ref:
        operands = _chain(node) if isinstance(node.op, COMMUTE) else [node.left, node.right]
        return self._operation(node, type(node.op), [self.value(operand, names) for operand in operands])

    def _operation(self, node: Any, how: type, operands: list[Ref]) -> Ref:
        """An operation; sums of sums are one sum, wherever they were cut into two."""
        if issubclass(how, COMMUTE):
            flat: list[Ref] = []
            for ref in operands:
                what, *under = self.graph.nodes[ref.number]
                flat += under if what == how.__name__ else [ref]
            operands = sorted(flat, key=lambda ref: (self.graph.label(ref.number, 20), ref.number))
        return self._new(node, how.__name__, *operands)

    def _UnaryOp(self, node: ast.UnaryOp, names: Names) -> Ref:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self._new(node, "constant", f"-{node.operand.value!r}")
        return self._new(node, type(node.op).__name__, self.value(node.operand, names))

    def _Compare(self, node: ast.Compare, names: Names) -> Ref:
        parts = [self.value(part, names) for part in (node.left, *node.comparators)]
        return self._new(node, "compare", *(type(op).__name__ for op in node.ops), *parts)

    def _Attribute(self, node: ast.Attribute, names: Names) -> Ref:
        if isinstance(node.value, ast.Name) and node.value.id not in names:
            return self._new(node, "name", f"{node.value.id}.{node.attr}")
        return self._new(node, "attribute", node.attr, self.value(node.value, names))

    def _Call(self, node: ast.Call, names: Names) -> Ref:
        arguments = [self.value(argument, names) for argument in node.args]
        flat = [part for pair in self._named(node, names) for part in pair]
        return self._new(node, "call", self.value(node.func, names), *arguments, *flat)

    def _named(self, node: ast.Call, names: Names) -> list[tuple[str, Ref]]:
        return sorted(((word.arg or "**", self.value(word.value, names)) for word in node.keywords),
                      key=lambda pair: pair[0])

    def _Tuple(self, node: ast.Tuple, names: Names) -> Ref:
        return self._new(node, "tuple", *(self.value(part, names) for part in node.elts))

    def _List(self, node: ast.List, names: Names) -> Ref:
        return self._new(node, "list", *(self.value(part, names) for part in node.elts))

    def _Dict(self, node: ast.Dict, names: Names) -> Ref:
        pairs = [self._new(key, "pair", self.value(key, names), self.value(value, names))
                 for key, value in zip(node.keys, node.values, strict=True)]
        return self._new(node, "dict", *sorted(pairs, key=lambda ref: self.graph.label(ref.number, 20)))

    def _ListComp(self, node: Any, names: Names) -> Ref:
        inner = dict(names)
        conditions = []
        for part in node.generators:
            self._store(part.target, self._new(part.target, "each", self.value(part.iter, inner)), inner)
            conditions += [self.value(test, inner) for test in part.ifs]
        made = [self.value(getattr(node, key), inner) for key in ("key", "value", "elt") if hasattr(node, key)]
        return self._new(node, type(node).__name__, *made, *conditions)

    _GeneratorExp = _SetComp = _DictComp = _ListComp

    def _Lambda(self, node: ast.Lambda, names: Names) -> Ref:
        inner = dict(names)
        for place, argument in enumerate(node.args.args):
            inner[argument.arg] = self._new(None, "argument of lambda", place).number
        return self._new(node, "lambda", self.value(node.body, inner))

    def _anything(self, node: ast.AST, names: Names) -> Ref:
        under: list[Any] = []
        for key, child in ast.iter_fields(node):
            if isinstance(child, ast.expr):
                under.append(self.value(child, names))
            elif isinstance(child, list):
                under += [self.value(part, names) for part in child if isinstance(part, ast.expr)]
            elif child is None or isinstance(child, ast.operator):
                under.append(key if child is None else type(child).__name__)
        return self._new(node, type(node).__name__, *under)


def _chain(node: ast.BinOp) -> list[ast.expr]:
    """The operands of a + b + c, whichever way the brackets stand."""
    found: list[ast.expr] = []
    for side in (node.left, node.right):
        same = isinstance(side, ast.BinOp) and type(side.op) is type(node.op)
        found += _chain(side) if isinstance(side, ast.BinOp) and same else [side]
    return found


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _assigned(body: list[ast.stmt]) -> list[str]:
    """The names that a block gives other values, or whose objects it changes."""
    found: dict[str, None] = {}
    for statement in body:
        for node in ast.walk(statement):
            target: ast.AST = node
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found[node.id] = None
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                target = node.value.func
            elif not (isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)):
                continue
            while isinstance(target, (ast.Subscript, ast.Attribute)):
                target = target.value
            if isinstance(target, ast.Name) and target is not node:
                found[target.id] = None
    return list(found)


@dataclass
class Answer:
    """One student's answer to one question: its text, and its parts by label with their lines; None for no Python."""

    student: str
    source: str
    parts: dict[str, set[int]] | None


def read(student: str, source: str) -> Answer:
    """Read an answer; what does not parse, or nests too deep, has no parts."""
    try:
        parts = Graph(source).parts()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Answer(student, source, None)
    return Answer(student, source, parts)


@dataclass(frozen=True)
class Pair:
    """Two answers to one question: the share of what is rare that they have in common, and how much that is."""

    question: str
    first: str
    second: str
    alike: float
    bits: float

    @property
    def stands_out(self) -> bool:
        return self.alike >= ALIKE and self.bits >= BITS


@dataclass
class Question:
    """The answers of a class to one question, and how rare each of their parts is.

    A part weighs as many bits as it is rare: log2 of the class by how many have it, half of it where the solution has
    it too. ``silent`` says why nothing is said of this question, "" where something is.
    """

    name: str
    answers: list[Answer]
    solution: Answer
    weights: dict[str, float] = field(default_factory=dict)
    silent: str = ""

    def __post_init__(self) -> None:
        self.answers = [answer for answer in self.answers if answer.parts]
        count = Counter(label for answer in self.answers for label in answer.parts or ())
        known = self.solution.parts or {}
        size = len(self.answers)
        self.weights = {label: math.log2(size / n) * (0.5 if label in known else 1) for label, n in count.items()}
        self.silent = self._silent()

    def pair(self, a: Answer, b: Answer) -> Pair:
        """Compare two answers."""
        mine, theirs = (a.parts or {}).keys(), (b.parts or {}).keys()
        both = sum(self.weights[label] for label in mine & theirs)
        all_of_it = sum(self.weights[label] for label in mine | theirs)
        return Pair(self.name, a.student, b.student, both / all_of_it if all_of_it else 0.0, both)

    def pairs(self) -> Iterator[Pair]:
        """Every two answers."""
        return (self.pair(a, b) for a, b in combinations(self.answers, 2))

    def _silent(self) -> str:
        if len(self.answers) < FEWEST:
            return f"{len(self.answers)} answers are too few to say what is rare; {FEWEST} are needed."
        own = [sum(self.weights[label] for label in answer.parts or ()) for answer in self.answers]
        if statistics.median(own) < BITS:
            return "Most answers are short and written in the usual way: nothing in them is anybody's own."
        groups = grouped([pair for pair in self.pairs() if pair.stands_out])
        size, largest = len(self.answers), max(map(len, groups), default=0)
        if len(groups) > max(1, MOST_GROUPS * size) or largest > max(4, LARGEST_GROUP * size):
            return (f"{sum(map(len, groups))} of {size} answers are like another one: either there are few ways to "
                    "write this, or many had one source. From the answers alone nobody can tell which.")
        return ""


def grouped(pairs: list[Pair]) -> list[set[str]]:
    """Students who are linked by pairs, group by group."""
    groups: list[set[str]] = []
    for pair in pairs:
        linked = [group for group in groups if pair.first in group or pair.second in group]
        groups = [group for group in groups if group not in linked] + [{pair.first, pair.second}.union(*linked)]
    return groups


@dataclass
class Two:
    """Two students: the questions in which their answers stand out, and in how many they were compared."""

    first: str
    second: str
    pairs: list[Pair]
    compared: int
    bits: float


@dataclass
class Comparison:
    """A class compared in one assignment."""

    assignment: str
    questions: list[Question]
    ranked: list[Two]
    unread: list[str]

    @property
    def judged(self) -> list[Question]:
        return [question for question in self.questions if not question.silent]


def compare(course: Course, assignment: str) -> Comparison:
    """Compare all answers of an assignment, two students at a time.

    Raises Trouble where fewer than two have handed in what can be read.
    """
    answers, unread = _answers(course, assignment)
    if len(answers) < 2:
        raise Trouble(f"{len(answers)} submission{'s' * (len(answers) != 1)} of {assignment} can be read; two at least "
                      "are needed to compare.")
    questions = []
    for name, solution in _solutions(course, assignment).items():
        own = [read(student, texts[name]) for student, texts in answers.items() if name in texts]
        questions.append(Question(name, own, read("the solution", solution)))
    return Comparison(assignment, questions, rank(questions), unread)


def rank(questions: list[Question]) -> list[Two]:
    """Pairs of students by how much their answers share that is rare, questions that are silent left out."""
    found: dict[tuple[str, str], Two] = {}
    for question in questions:
        for pair in question.pairs() if not question.silent else ():
            two = found.setdefault((pair.first, pair.second), Two(pair.first, pair.second, [], 0, 0.0))
            two.compared += 1
            if pair.stands_out:
                two.pairs.append(pair)
                two.bits += pair.bits
    return sorted((two for two in found.values() if two.pairs), key=lambda two: (-len(two.pairs), -two.bits))


def _solutions(course: Course, assignment: str) -> dict[str, str]:
    """The solution's answers in code, by question."""
    return {notebooks.grade_id(cell): notebooks.source(cell) for name in course.notebooks(assignment)
            for cell in notebooks.read(course.solutions / assignment / f"{name}.ipynb")["cells"]
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")}


def _answers(course: Course, assignment: str) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Everyone's answers by question, and a sentence for each submission that cannot be read."""
    asked, found, unread = _solutions(course, assignment), {}, []
    for student in course.submissions(assignment):
        try:
            books = submission.read(course, assignment, student)
        except Trouble as trouble:
            unread.append(str(trouble))
            continue
        cells = [cell for _, book in books.values() for cell in book["cells"] if cell["cell_type"] == "code"]
        found[student] = {notebooks.grade_id(c): notebooks.source(c) for c in cells if notebooks.grade_id(c) in asked}
    return found, unread


def write(course: Course, found: Comparison) -> Path:
    """Write the page that shows the pairs side by side, and return its path."""
    pages = Environment(loader=PackageLoader("grader.desk", "templates"), autoescape=True)
    texts = {question.name: {answer.student: answer for answer in question.answers} for question in found.questions}
    rarity = {question.name: question.weights for question in found.questions}
    shown = [(two, [(pair, side_by_side(rarity[pair.question], texts[pair.question][pair.first],
                                        texts[pair.question][pair.second])) for pair in two.pairs])
             for two in found.ranked[:MOST_SHOWN]]
    html = pages.get_template("similar.html.j2").render(
        found=found, shown=shown, made=f"{datetime.now():%d %B %Y, %H:%M}", alike=ALIKE, bits=BITS)
    path = course.reports / f"{found.assignment}-similar.html"
    notebooks.write_text(path, html)
    return path


def side_by_side(weights: dict[str, float], a: Answer, b: Answer) -> list[list[tuple[str, float]]]:
    """Both texts, line by line, each line with how rare what it shares with the other is: 0 to 1."""
    shared = (a.parts or {}).keys() & (b.parts or {}).keys()
    columns = []
    for answer in (a, b):
        rare: Counter[int] = Counter()
        for label in shared:
            for line in (answer.parts or {})[label]:
                rare[line] = max(rare[line], weights[label])        # type: ignore[assignment]
        most = max(rare.values(), default=0) or 1
        lines = answer.source[:MOST_LETTERS].splitlines()
        columns.append([(line, round(rare[number] / most, 1)) for number, line in enumerate(lines, start=1)])
    return columns
