"""Attacks on the machine: processes, memory, disk, output, network, and what lies around."""

import json
from pathlib import Path

from tests.attacks.kit import Attack, Kit, code, edited, first, last

FORKS = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
DAEMON = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                open("{CANARY}/daemon", "w")
            except OSError:
                pass
            time.sleep(600)
        os._exit(0)
"""
SHELL = """
import os, subprocess
os.system("touch {CANARY}/shell; (sleep 600 &)")
for command in (["sh", "-c", "touch {CANARY}/sh"], ["python3", "-c", "open('{CANARY}/python', 'w')"]):
    try:
        subprocess.Popen(command, start_new_session=True)
    except OSError as e:
        print(e)
!touch {CANARY}/magic
"""
MEMORY = "blocks = []\nwhile True: blocks.append(bytearray(10_000_000))"
MEMORY_BY_MANY = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        block = bytearray(100_000_000)
        block[::4096] = b"x" * len(block[::4096])
        time.sleep(30)
        os._exit(0)
time.sleep(5)
"""
DISK = """
import os
for folder in ("/tmp", "/work", "/dev/shm", "/session", "/", "/var/tmp", "{CANARY}", "{COURSE}", "."):
    try:
        for i in range(100):
            with open(f"{folder}/f{i}", "wb") as f:
                for _ in range(60): f.write(b"x" * 1_000_000)
    except OSError as e:
        print(folder, e.strerror)
"""
FILES = "import os\ntry:\n    for i in range(10**9): open(f'/tmp/i{i}', 'w').close()\nexcept OSError as e: print(e)"
SPARSE = "f = open('/tmp/sparse', 'wb')\nf.truncate(10**12)"
WRITES = """
import os, pathlib
targets = ["{CANARY}/x", "{COURSE}/solutions/1-rnn/rnn.ipynb", "{COURSE}/class/gradebook.db",
           "{COURSE}/nbgrader_config.py", "{COURSE}/class/submitted/perfect/1-rnn/rnn.ipynb",
           "{COURSE}/class/autograded/x", "/inside.py", "/etc/passwd"]
for target in targets:
    for how in ("w", "a"):
        try:
            open(target, how).write("x")
        except OSError as e:
            print(e)
    for act in (os.unlink, os.rmdir, lambda p: os.rename(p, p + "~"), lambda p: os.chmod(p, 0)):
        try:
            act(target)
        except OSError:
            pass
"""
READS = """
import os
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc/sys", "/sys", "/usr")):
        continue
    for name in names:
        if name.endswith((".ipynb", ".db", ".toml", "environ", "cmdline")):
            try:
                text = open(os.path.join(folder, name), errors="replace").read(10**6)
            except OSError:
                continue
            if "BEGIN SOLUTION" in text or "sequence_truth" in text:
                print("FOUND", folder, name)
"""
NETWORK = """
import socket
def tried(name, act):
    try:
        print("REACHED" if act() else "", name)
    except OSError as e:
        print(name, e)
tried("loopback", lambda: socket.create_connection(("127.0.0.1", {PORT}), 0.3))
tried("address", lambda: socket.create_connection(("192.0.2.1", 80), 0.3))
tried("name", lambda: socket.getaddrinfo("canary.invalid", 80))
tried("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)))
for family in ("AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_NETLINK"):
    tried(family, lambda: socket.socket(getattr(socket, family), socket.SOCK_RAW))
tried("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\\0/tmp/.X11-unix/X0"))
""".replace("{PORT}", "9")
KERNEL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
calls = [libc.ptrace(16, 1, 0, 0), libc.unshare(0x10000000), libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0),
         libc.chroot(b"/"), libc.syscall(435, 0, 0), libc.syscall(425, 8, 0), libc.syscall(250, 0, 0)]
print(calls)
import resource
for name in ("AS", "NPROC", "FSIZE", "CPU"):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (-1, -1))
    except (ValueError, OSError) as e:
        print(e)
"""
LOUD_CELLS = """
import numpy as np
import matplotlib.pyplot as plt
plt.figimage(np.random.default_rng(0).integers(0, 255, (700, 1300, 3), dtype=np.uint8), resize=True)
print("x" * 900_000)
"""


def loud(cells: list, _: Kit) -> None:
    """Thirty cells that each show a picture of megabytes and a megabyte of text."""
    cells += [code(LOUD_CELLS) for _ in range(30)]


def bomb_of_text(kit: Kit, _: Path) -> str:
    """A cell of nineteen megabytes."""
    return json.dumps(kit.skeleton | {"cells": [*kit.skeleton["cells"], code("x = 1 # " + "(" * 19_000_000)]})


ATTACKS = [
    Attack("fork bomb", first(FORKS), dangerous=True),
    Attack("daemons", first(DAEMON), dangerous=True),
    Attack("shells", first(SHELL), dangerous=True),
    Attack("memory bomb", first(MEMORY), dangerous=True),
    Attack("memory of many processes", first(MEMORY_BY_MANY), dangerous=True),
    Attack("disk filling", first(DISK), dangerous=True),
    Attack("files without end", first(FILES), dangerous=True),
    Attack("a sparse terabyte", first(SPARSE), dangerous=True),
    Attack("writes everywhere", first(WRITES), dangerous=True),
    Attack("reads everywhere", first(READS), dangerous=True),
    Attack("network", first(NETWORK), dangerous=True),
    Attack("system calls", first(KERNEL), dangerous=True),
    Attack("kills everyone", first("import os, signal\nos.kill(-1, signal.SIGKILL)"), dangerous=True),
    Attack("kills its parents", first("import os\nfor p in (os.getppid(), 1, 2): os.kill(p, 9)"), dangerous=True),
    Attack("kills itself", first("import os\nos.kill(os.getpid(), 9)")),
    Attack("os._exit", first("import os\nos._exit(0)")),
    Attack("sys.exit", first("import sys\nsys.exit(0)")),
    Attack("a segmentation fault", first("import ctypes\nctypes.string_at(0)")),
    Attack("recursion in C", first("x = []\nfor _ in range(10**6): x = [x]\nrepr(x); print(x)")),
    Attack("a loop without end", first("while True: pass")),
    Attack("a power without end", first("x = 7 ** (10 ** 10)"), dangerous=True),
    Attack("a pattern without end", first("import re\nre.match('(a+)+$', 'a' * 60 + 'b')")),
    Attack("sleeps", last("import time\ntime.sleep(600)")),
    Attack("prints without end", first("while True: print('✓' * 1000)"), dangerous=True),
    Attack("prints fifty megabytes in a line", first("print('x' * 50_000_000)"), dangerous=True),
    Attack("stderr without end", first(
        "import sys, os\nwhile True: sys.stderr.write('x' * 1000); os.write(2, b'x' * 1000)"), dangerous=True),
    Attack("a hundred megabytes of pictures and prints", edited(loud), dangerous=True),
    Attack("a cell of nineteen megabytes", bomb_of_text, refused="text", dangerous=True),
    Attack("a compressed bomb", first("import zlib\nx = zlib.decompress(zlib.compress(bytes(10**9)))\nprint(len(x))"),
           dangerous=True),
    Attack("a syntax tree without end", first("eval('(' * 10**6 + ')' * 10**6)\nexec('x = ' + '-' * 10**6 + '1')")),
]
