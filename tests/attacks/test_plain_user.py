"""A plain user's class is as safe as root's; run as root, this becomes one first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lesson import ROOT
from tests.sandbox.test_plain_user import OPEN_THE_WAY, closed_folders

CHOSEN = ("numpy patched", "forged frames", "the solution by path before", "one statement of SQL", "fork bomb",
          "daemons", "writes everywhere", "kills everyone", "memory bomb", "equal to everything",
          "a link to another student", "deleted checks")


@pytest.mark.skipif(os.geteuid() != 0, reason="run by a plain user, test_class.py is this test")
@pytest.mark.skipif(not all(map(shutil.which, ("unshare", "setpriv", "mount"))), reason="util-linux is not here")
def test_a_plain_user_grades_as_safely(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for folder in (home, *(p for p in home.parents if p.stat().st_uid == 0 and p != Path("/") and p != Path("/tmp"))):
        folder.chmod(0o755)
    os.chown(home, 65534, 65534)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--show-capture=no",
               f"--basetemp={home}/tests", str(Path(__file__).with_name("test_class.py"))]
    environment = {**os.environ, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "ATTACKS": "|".join(CHOSEN),
                   "PAGES": "deleted checks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", OPEN_THE_WAY, "sh", *closed_folders(), "--", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
