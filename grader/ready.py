"""Before the first submission: does the sandbox keep its promises on this machine? Tried once per boot."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from grader import sandbox
from grader.notebooks import write_text
from grader.sandbox import Unavailable, probe


@lru_cache
def require_ready() -> None:
    """Try every promise of the sandbox from inside, unless this machine has passed since it was started.

    Raises Unavailable, with what was seen, where one is not kept.
    """
    passed = _note()
    if passed.is_file():
        return
    broken = [finding for finding in probe() if not finding.kept]
    if broken:
        seen = "; ".join(f"{finding.promise}: {finding.seen}" for finding in broken)
        raise Unavailable(f"the sandbox does not keep what it promises here: {seen}. See  python -m grader doctor .")
    write_text(passed, json.dumps({"passed": True}))


def _note() -> Path:
    """Where it is noted that this user's sandbox passed: another file for another boot, kernel, program or code."""
    bwrap = Path(shutil.which("bwrap") or "bwrap")
    about = [platform.release(), _boot(), str(os.geteuid()) if hasattr(os, "geteuid") else "", str(bwrap)]
    about += [str(bwrap.stat().st_mtime_ns)] if bwrap.exists() else []
    code = sorted(Path(sandbox.__file__).parent.glob("*.py"))
    key = hashlib.sha256("\n".join(about).encode() + b"".join(path.read_bytes() for path in code)).hexdigest()
    return _folder() / f"sandbox-{key[:20]}.json"


def _folder() -> Path:
    """A folder that belongs to this user alone."""
    cache = os.environ.get("XDG_CACHE_HOME")
    folder = Path(cache) if cache else Path.home() / ".cache"
    try:
        folder = folder / "unrolled"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="unrolled-"))


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        return ""
