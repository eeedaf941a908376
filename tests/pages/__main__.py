"""Follow pages and show what each command prints, as a page would: python -m tests.pages README.md docs/records.md"""

import sys
import tempfile
import time
from pathlib import Path

from tests.lesson import ROOT
from tests.pages import prepared
from tests.pages.reader import Command, read
from tests.pages.walk import follow

if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = read(name, (ROOT / name).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            shell, began = prepared.project(page, Path(folder)), time.monotonic()
            for step, done, wrong in follow(page, shell, prepared.TABLES):
                shown = f"$ {step.text}" if isinstance(step, Command) else step.text
                print(f"{shown}\n{done.printed.rstrip()}\n[line {step.line}: status {done.status}, "
                      f"{time.monotonic() - began:.1f} s{'' if not wrong else ', otherwise than the page says'}]\n")
                began = time.monotonic()
