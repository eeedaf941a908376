"""The names a check cell sees when it runs in the grader's own process."""

from __future__ import annotations

import ast
import builtins
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from grader import notebooks
from grader.sandbox import First, Proxy


class Heard:
    """A student's function that says outside what it said inside: prints, warnings and lines on stderr."""

    def __init__(self, proxy: Proxy | First):
        self._proxy = proxy
        self.__name__ = proxy.__name__

    @property
    def __signature__(self) -> Any:
        return self._proxy.__signature__

    def __call__(self, *args: Any, **named: Any) -> Any:
        result = self._proxy(*args, **named)
        said = self._proxy.last_said
        sys.stdout.write(said.stdout)
        sys.stderr.write(said.stderr)
        for text in said.warnings:
            warnings.warn(text.partition(": ")[2] or text, stacklevel=2)
        return result

    def many(self, calls: Sequence[tuple], keep: bool = True) -> list:
        """Call it once for each tuple of arguments, in one go."""
        return self._proxy.many(calls, keep)

    def first(self, count: int) -> Heard:
        """The same function, whose results after the first ``count`` stay inside."""
        return Heard(self._proxy.first(count))

    def __repr__(self) -> str:
        return repr(self._proxy)


class Namespace(dict):
    """Globals for one check cell: what the instructor imports as it is, every other name from the student.

    A student's function is fetched once for the cell, any other value anew each time it is named.
    """

    def __init__(self, students: Mapping[str, Any], imported: Mapping[str, Any], functions: Mapping[str, Proxy]):
        super().__init__(imported)
        self.update(__name__="__check__", __builtins__=builtins)
        self._students = students
        self._functions = {name: Heard(proxy) for name, proxy in functions.items()}

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        if name not in self._functions:
            value = self._students[name]
            if not isinstance(value, Proxy):
                return value
            self._functions[name] = Heard(value)
        return self._functions[name]


def imports_for_checks(solution: dict[str, Any]) -> list[str]:
    """The import statements of an instructor's notebook that its check cells use, one name each."""
    used = {node.id for cell in notebooks.checks(solution) for node in ast.walk(ast.parse(notebooks.source(cell)))
            if isinstance(node, ast.Name)}
    found = []
    for cell in solution["cells"]:
        if cell["cell_type"] != "code" or notebooks.grade_id(cell):
            continue
        for node in ast.parse(notebooks.source(cell)).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found += [one for one, name in _single_imports(node) if name in used]
    return list(dict.fromkeys(found))


def _single_imports(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """Split an import statement: (a statement for one name, the name it binds)."""
    split: list[tuple[str, str]] = []
    for alias in node.names:
        if isinstance(node, ast.Import):
            one: ast.stmt = ast.Import([alias])
            name = alias.asname or alias.name.split(".")[0]
        else:
            one, name = ast.ImportFrom(node.module, [alias], node.level), alias.asname or alias.name
        split.append((ast.unparse(one), name))
    return split
