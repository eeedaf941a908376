"""What an assignment asks of the sandbox: solutions/NAME/assignment.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from grader.course import Trouble
from grader.sandbox import Limits

FILE = "assignment.toml"


@dataclass(frozen=True)
class Settings:
    """Modules that are withheld, and the bounds of one submission."""

    withhold: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


def read(folder: Path) -> Settings:
    """Read the settings of an assignment's folder; the usual ones where there is no file.

    Raises Trouble where the file says something that is not understood.
    """
    path = folder / FILE
    if not path.is_file():
        return Settings()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble(f"{path} is not TOML: {error}.") from None
    known = {f.name for f in fields(Limits)}
    limits, withhold = found.pop("limits", {}), found.pop("withhold", [])
    strange = [*found, *(f"limits.{name}" for name in limits if name not in known)]
    if strange:
        expected = f"withhold and, under limits, {', '.join(sorted(known))}"
        raise Trouble(f"{path} has {', '.join(strange)}; expected {expected}.")
    return Settings(_names(path, withhold), replace(Limits(), **_numbers(path, limits)))


def _names(path: Path, withhold: Any) -> tuple[str, ...]:
    if not isinstance(withhold, list) or not all(isinstance(name, str) for name in withhold):
        raise Trouble(f"{path}: withhold is {withhold!r}, expected a list of module names.")
    return tuple(withhold)


def _numbers(path: Path, limits: dict[str, Any]) -> dict[str, Any]:
    for name, value in limits.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise Trouble(f"{path}: limits.{name} is {value!r}, expected a number above 0.")
    return limits
