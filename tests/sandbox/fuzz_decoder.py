"""Coverage-guided fuzzing of everything that reads a student's bytes.

    pip install atheris
    python tests/sandbox/fuzz_decoder.py -max_total_time=600

The first byte of an input chooses what is asked, the rest is what the sandbox answers. Start from nothing,
or give a folder as corpus; `--seeds FOLDER` writes the replies of the generated tests there first. A finding
is any exception but those a check is meant to see, or a result that is not plain data.
"""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install atheris (Linux, CPython 3.11 to 3.13)")

with atheris.instrument_imports(include=["grader.sandbox"]):
    from hostile import LIMITS, Generator, Nobody, plain
    from test_decoder import ASKS, ask

    from grader.sandbox import CellResult, Session, Stopped, StudentError
    from grader.sandbox.channel import Channel, Gone
    from grader.sandbox.wire import builtin_exceptions

ALLOWED = (Stopped, StudentError, KeyError, *builtin_exceptions().values())


class Tape(Channel):
    """A channel that hears what is on a tape, and whose listener is deaf."""

    def __init__(self, data):
        self.data = data

    def send(self, data, deadline):
        pass

    def read(self, size, deadline):
        if size > len(self.data):
            raise Gone
        part, self.data = self.data[:size], self.data[size:]
        return bytearray(part)

    def close(self):
        pass


def test_one_input(data):
    """Ask once, and look at what comes."""
    if not data:
        return
    how = ASKS[data[0] % len(ASKS)]
    try:
        result = ask(Session(LIMITS, Tape(data[1:]), Nobody()), how)
    except ALLOWED:
        return
    if how != "signature" and not isinstance(result, CellResult) and not plain(result):
        raise RuntimeError(f"{how} gave {result!r}")


def write_seeds(folder, count=500):
    os.makedirs(folder, exist_ok=True)
    for seed in range(count):
        Path(folder, f"seed-{seed}").write_bytes(bytes([seed % len(ASKS)]) + Generator(seed).reply())


if __name__ == "__main__":
    if "--seeds" in sys.argv:
        at = sys.argv.index("--seeds")
        write_seeds(sys.argv[at + 1])
        sys.argv[at : at + 2] = [sys.argv[at + 1]]
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
