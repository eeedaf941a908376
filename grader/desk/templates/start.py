"""Open the course: installs it at the first time, in this folder alone, then starts JupyterLab.

    python start.py                     installs what is missing, opens JupyterLab
    python start.py progress            python -m unrolled progress; so with reset, hint, solution
    python start.py check 1-rnn         python -m grader check 1-rnn

Nothing outside this folder is changed. To take it away, delete the folder.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = HERE / ".venv"
LOCK = HERE / "requirements-student.lock"
OLDEST, NEWEST = (3, 11), (3, 13)
LONGEST = 175           # letters below this folder that JupyterLab's own files may take
WINDOWS = os.name == "nt"


def main(words):
    """Install where needed, then run what is asked for; the exit status is its own."""
    os.chdir(HERE)
    require_python(sys.version_info[:2], sys.maxsize > 2**32)
    require_short(str(HERE))
    if not is_ready():
        install()
    return run(words)


def require_python(version, has_64_bits):
    """Stop, in a sentence, where this Python cannot take the course."""
    if not OLDEST <= version <= NEWEST or not has_64_bits:
        bits, other = "" if has_64_bits else " with 32 bits", "py -3.12" if WINDOWS else "python3.12"
        stop(f"This is Python {version[0]}.{version[1]}{bits}; the course needs Python {OLDEST[0]}.{OLDEST[1]} to "
             f"{NEWEST[0]}.{NEWEST[1]} with 64 bits. Get one from python.org, then:  {other} start.py")


def require_short(here):
    """Stop where Windows would: it allows 259 letters for a path, unless it was told otherwise."""
    if WINDOWS and len(here) + LONGEST > 259:
        stop(f"This folder lies too deep for Windows: its path has {len(here)} letters, and {259 - LONGEST} are the "
             "most. Move it up, such as to  C:\\course .")


def python():
    """The Python of this folder."""
    return PLACE / ("Scripts/python.exe" if WINDOWS else "bin/python")


def is_ready():
    """Whether this folder's Python has what this lock names, at this place."""
    try:
        return python().is_file() and (PLACE / "ready").read_text(encoding="utf-8") == state()
    except (OSError, ValueError):
        return False


def state():
    """What was installed, and where: a folder that was moved or has another lock is installed anew."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest() + "\n" + str(HERE) + "\n"


def install():
    """Make .venv and put into it what the lock names, byte for byte, and this folder's packages."""
    began = time.monotonic()
    print("Installing the course in this folder. This needs the internet once, and a few minutes.", flush=True)
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=not WINDOWS).create(str(PLACE))
    pip("the libraries", "--require-hashes", "-r", str(LOCK))
    pip("the course", "--no-deps", "--no-build-isolation", "--editable", str(HERE))
    (PLACE / "ready").write_text(state(), encoding="utf-8")
    print(f"Installed in {time.monotonic() - began:.0f} s. From now on no internet is needed.", flush=True)


def pip(what, *words):
    """Let pip install something; stop, with what it said, where it cannot."""
    print(f"  {what} …", flush=True)
    command = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    if said.returncode:
        stop(f"{said.stdout.strip()}\nThe installation of {what} did not succeed; what pip said is above. Are you "
             "online, and is there room on the disk? Then run this again.")


def run(words):
    """Start JupyterLab, or one of the course's commands."""
    if not words:
        print("Opening JupyterLab in your browser. Close this window, or press Ctrl+C here, to end it.", flush=True)
        words = ["-m", "jupyterlab"]
    else:
        words = ["-m", "grader" if words[0] == "check" else "unrolled", *words]
    path = os.pathsep.join([str(python().parent), os.environ.get("PATH", "")])
    try:
        return subprocess.run([str(python()), *words], env={**os.environ, "PATH": path}).returncode
    except KeyboardInterrupt:
        return 130


def stop(sentence):
    """Say why it does not go on, and end; a window that was opened for this file waits to be read."""
    print(sentence, file=sys.stderr)
    if WINDOWS and sys.stdin.isatty():
        input("Press Enter to close. ")
    sys.exit(2)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
