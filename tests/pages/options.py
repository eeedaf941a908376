"""Whether a command that a page names is there, with every option that it is given; nothing is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tomllib
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import typer
from nbgrader.apps.nbgraderapp import NbGraderApp

from tests.lesson import ROOT

APPS = {"grader": ["grader.cli", "grader.desk.commands"], "unrolled": ["unrolled.__main__", "grader.student.__main__"],
        "unrolled.data": ["unrolled.data.__main__"]}        # where a module's commands stand; what comes last counts
PYTHON = {"python", "python3", "py"}
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def complaint(text: str) -> str:
    """What is not there of a command, in a sentence; nothing where all is, or the command is none of the project's."""
    words = _words(text)
    if len(words) < 2:
        return ""
    tool, rest = words[0], [word for word in words[1:] if not re.fullmatch(r"-\d.*", word)]      # py -3.12
    if tool in PYTHON and rest[:1] == ["-m"] and len(rest) > 1:
        return _module(rest[1], rest[2:])
    if tool in PYTHON and rest and rest[0].endswith(".py"):
        return _script(rest[0], rest[1:])
    if tool == "make":
        return _make([word for word in rest if "=" not in word and not word.startswith("-")])
    if tool == "nbgrader" and rest[0].replace("-", "_") not in NbGraderApp.subcommands:
        return f"nbgrader has no command {rest[0]}; it has {', '.join(NbGraderApp.subcommands)}."
    if tool == "jupyter" and not shutil.which(f"jupyter-{rest[0]}", path=_beside_python()):
        return f"jupyter has no command {rest[0]}."
    return _in_short(tool, rest)


def missing_extras(text: str) -> list[str]:
    """The extras that a text names, as in unrolled[cluster], and pyproject.toml does not have."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"unrolled\[([a-z,]+)\]", text)
    return [extra for names in named for extra in names.split(",") if extra not in project["optional-dependencies"]]


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text.replace("\\\n", " ").replace("\\", "/"))
    except ValueError:      # half a command, as an apostrophe in a formula
        return []
    words = [word.strip("[]…").split("=")[0] if word.strip("[]").startswith("-") else word for word in words]
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    return [word for word in words if word]


def _module(name: str, rest: list[str]) -> str:
    if name not in APPS:
        package = name.split(".")[0]
        there = package in sys.stdlib_module_names or PathFinder.find_spec(package)
        return "" if there else f"There is no module {name}."
    commands = _commands(name)
    if not rest or rest[0].startswith("-"):
        return "" if not rest or rest[0] == "--help" else f"python -m {name} has no option {rest[0]} by itself."
    if not re.fullmatch(r"[a-z-]+", rest[0]):
        return ""       # python -m grader …
    if rest[0] not in commands:
        return f"python -m {name} has no command {rest[0]}; it has {', '.join(commands)}."
    return _options(f"python -m {name} {rest[0]}", rest[1:], commands[rest[0]])


def _in_short(tool: str, rest: list[str]) -> str:
    """A command in short, such as release --check."""
    for name in APPS:
        if tool in _commands(name) and any(word.startswith("--") for word in rest):
            return _options(f"python -m {name} {tool}", rest, _commands(name)[tool])
    return ""


def _options(command: str, words: list[str], known: set[str]) -> str:
    strange = [word for word in words if word.startswith("-") and word not in known]
    return f"{command} has no option {', '.join(strange)}; it has {', '.join(sorted(known))}." if strange else ""


def _script(name: str, rest: list[str]) -> str:
    path = ROOT / name
    if not path.is_file():
        return f"There is no file {name}."
    source = path.read_text(encoding="utf-8")
    strange = [word for word in rest if word.startswith("--") and f'"{word}"' not in source]
    return f"{name} has no option {', '.join(strange)}." if strange else ""


def _make(targets: list[str]) -> str:
    there = TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    strange = [target for target in targets if target not in there]
    return f"The Makefile has no target {', '.join(strange)}; it has {', '.join(there)}." if strange else ""


@cache
def _commands(name: str) -> dict[str, set[str]]:
    """The commands of one of the project's modules, each with what its --help shows as options."""
    groups: list[Any] = [typer.main.get_command(import_module(app).app) for app in APPS[name]]
    return {command: {"--help", *(word for option in found.params for word in option.opts + option.secondary_opts)}
            for group in groups for command, found in group.commands.items()}


def _beside_python() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
