"""One session of a shell: each command begins in the folder and with the variables that the last one left."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECONDS = 400.0
KEEP = 'trap \'status=$?; pwd > "$0/folder"; env -0 > "$0/variables"; exit $status\' EXIT\neval "$1"'
ITS_OWN = {"_", "SHLVL", "PWD", "OLDPWD"}


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed: stdout and stderr as they came."""

    status: int
    printed: str


class Shell:
    """A session of bash in a folder; a command that takes longer than ``seconds`` is stopped."""

    def __init__(self, folder: Path, variables: dict[str, str], seconds: float = SECONDS):
        self.folder, self.variables, self.seconds = folder, variables, seconds

    def run(self, command: str, typed: str = "") -> Done:
        """Run a command; ``typed`` is what a person types at its questions."""
        with tempfile.TemporaryDirectory() as kept:
            process = subprocess.Popen(
                ["bash", "-c", KEEP, kept, command], cwd=self.folder, env=self.variables, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
                start_new_session=True)
            try:
                printed, _ = process.communicate(typed, timeout=self.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                printed, _ = process.communicate()
                return Done(124, f"{printed}\nStopped: it took longer than {self.seconds:g} s.")
            self._go_on(Path(kept))
        return Done(process.returncode, printed)

    def _go_on(self, kept: Path) -> None:
        """Read where the last command has left the session."""
        if (kept / "variables").is_file():
            self.folder = Path((kept / "folder").read_text(encoding="utf-8").removesuffix("\n"))
            pairs = (kept / "variables").read_text(encoding="utf-8", errors="surrogateescape").split("\0")
            variables = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            self.variables = {name: value for name, value in variables.items() if name not in ITS_OWN}
