"""The same promises hold for a plain user; run as root, this becomes one first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPEN_THE_WAY = """
set -e
while [ "$1" != -- ]; do
    hidden=$(mktemp -d)
    mount --bind "$1" "$hidden"
    top=/$(echo "$1" | cut -d/ -f2)
    case "$opened" in
        *" $top "*) ;;
        *) mount -t tmpfs -o mode=755 tmpfs "$top"; opened="$opened $top " ;;
    esac
    mkdir -p "$1"
    mount --bind "$hidden" "$1"
    shift
done
shift
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
"""


def closed_folders():
    """List folders a plain user needs but cannot reach, because one above them is closed."""
    needed = {Path(p) for p in (sys.base_prefix, sys.prefix, ROOT)}
    return sorted(str(p) for p in needed if any(not parent.stat().st_mode & 1 for parent in p.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="run by a plain user, all other tests are this one")
@pytest.mark.skipif(
    not all(map(shutil.which, ("unshare", "setpriv", "mount"))), reason="util-linux is not here"
)
def test_a_plain_user_has_the_same_walls():
    tests = ["test_isolation.py", "test_limits.py"]
    chosen = "not slow_batch and not escape and not walking and not probe_finds"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", chosen]
    command += [str(Path(__file__).with_name(name)) for name in tests]
    environment = {**os.environ, "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", OPEN_THE_WAY, "sh", *closed_folders(), "--", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
