"""The outer wall: what bubblewrap is told to show to the processes inside, and what not."""

import importlib.machinery
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INSIDE = Path(__file__).with_name("inside.py")
GIVEN_PACKAGES = ("unrolled",)  # importable inside even where they are installed editable
HIDDEN_PACKAGES = ("grader",)
ENVIRONMENT = {
    "PATH": "/nowhere",
    "HOME": "/work",
    "TMPDIR": "/tmp",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/warm",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HDF5_USE_FILE_LOCKING": "FALSE",
}
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/libx32", "/usr/local/lib")
ZYGOTE_OF_ROOT = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL")
DEVICES = ("null", "zero", "full", "random", "urandom")


@dataclass
class Plan:
    """Arguments for bubblewrap, and the texts of the small files it is to make, by descriptor."""

    args: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    def add(self, *args: str | Path) -> None:
        self.args += map(str, args)

    def folder(self, path: str | Path) -> None:
        """Make a folder and the ones above it, readable by everyone (bubblewrap's own would be 0700)."""
        for each in (*reversed(Path(path).parents[:-1]), Path(path)):
            self.add("--perms", "0755", "--dir", each)

    def show(self, host: str | Path, inside: str | Path | None = None) -> None:
        """Show a file or folder of the host, read-only."""
        target = Path(inside or host)
        self.folder(target.parent)
        self.add("--ro-bind", host, target)

    def text(self, inside: str | Path, text: str) -> None:
        """Put a small file there."""
        self.add("--perms", "0444", "--ro-bind-data", f"\0{len(self.texts)}", inside)
        self.texts.append(text.encode())

    def cover(self, folder: str | Path) -> None:
        """Lay an empty read-only folder over one that is already there."""
        self.add("--perms", "0555", "--size", "65536", "--tmpfs", folder)


def plan(withhold: Sequence[str], files: Iterable[tuple[Path, str]], user_namespace: bool) -> Plan:
    """Say what is seen inside: an interpreter, the given package, the assignment's files, and no more."""
    result = Plan()
    result.add("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    result.add("--new-session", "--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL")
    if user_namespace:
        result.add("--unshare-user", "--uid", "1000", "--gid", "1000")
    else:
        for capability in ZYGOTE_OF_ROOT:
            result.add("--cap-add", capability)
    for name, value in ENVIRONMENT.items():
        result.add("--setenv", name, value)
    for folder in ("/session", "/work", "/tmp", "/dev/shm", "/files", "/packages"):
        result.folder(folder)
    result.add("--size", str(16 << 20), "--perms", "0777", "--tmpfs", "/warm", "--proc", "/proc")
    for device in DEVICES:
        result.add("--dev-bind", f"/dev/{device}", f"/dev/{device}")
    show_system(result)
    show_interpreter(result)
    show_packages(result, withhold)
    for host, inside in files:
        result.show(host, inside if inside.startswith("/") else f"/files/{inside}")
    result.show(INSIDE, "/inside.py")
    result.add("--remount-ro", "/", "--chdir", "/")
    return result


def show_system(result: Plan) -> None:
    for folder in SYSTEM:
        if os.path.isdir(folder) and not os.path.islink(folder):
            result.show(folder)
    for name in ("lib", "lib64", "lib32", "libx32"):
        if os.path.islink(f"/{name}"):
            result.add("--symlink", os.readlink(f"/{name}"), f"/{name}")
        elif os.path.isdir(f"/{name}"):
            result.show(f"/{name}")
    result.folder("/etc")
    result.add("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    result.text("/etc/passwd", "student:x:1000:1000::/work:/nowhere\n")


def show_interpreter(result: Plan) -> None:
    """Show Python's own folders, never the whole prefix: a course may lie in it."""
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        for name in ("pyvenv.cfg", "bin", "lib", "lib64"):
            path = os.path.join(prefix, name)
            target = os.path.relpath(os.path.realpath(path), os.path.realpath(prefix))
            if os.path.islink(path) and not target.startswith(os.pardir):
                result.folder(prefix)
                result.add("--symlink", target, path)  # shown a second time, it would have nothing covered
            elif os.path.exists(path) and path not in SYSTEM and path != "/usr/bin":
                result.show(path)
    for folder in strange_packages():
        result.cover(folder)
        result.add("--remount-ro", folder)
    executable = os.path.realpath(sys.executable)
    if executable.startswith("/usr/bin/"):
        result.show(executable)


def strange_packages() -> list[Path]:
    """Find folders of packages that come with what is shown, but belong to another environment."""
    known = {os.path.realpath(entry) for entry in sys.path}
    libraries = [Path(p, name) for p in (sys.prefix, sys.base_prefix) for name in ("lib", "lib64")]
    found = {
        folder.resolve()
        for library in (*libraries, *map(Path, SYSTEM))
        for name in ("site-packages", "dist-packages")
        for folder in library.glob(f"python*/{name}")
    }
    return sorted(folder for folder in found if str(folder) not in known)


def show_packages(result: Plan, withhold: Sequence[str]) -> None:
    """Show the given packages, hide the grader's, and put a sentence in the place of what is withheld."""
    for name in GIVEN_PACKAGES:
        for folder in package_folders(name):
            if not is_shown(folder):
                hidden = {path for module in withhold for path in files_of(module)}
                show_around(result, folder, Path("/packages") / name, hidden)
    for name in HIDDEN_PACKAGES:
        for folder in filter(is_shown, package_folders(name)):
            result.cover(folder)
            result.add("--remount-ro", folder)
    for module in withhold:
        withhold_module(result, module)


def show_around(result: Plan, host: Path, inside: Path, hidden: set[Path]) -> None:
    """Show a package folder without the hidden files, nor compiled copies of them."""
    if not any(host in path.parents for path in hidden):
        result.show(host, inside)
        return
    result.folder(inside)
    for child in sorted(host.iterdir()):
        if child in hidden or child.name == "__pycache__":
            continue
        show_around(result, child, inside / child.name, hidden)


def withhold_module(result: Plan, module: str) -> None:
    """Put a file that refuses to be imported, with the sentence, where the module is or would be."""
    sentence = f"raise ImportError({withheld_sentence(module)!r}, name={module!r})\n"
    found = files_of(module)
    for path in filter(is_shown, found):
        if path.is_dir():
            result.cover(path)
            result.text(path / "__init__.py", sentence)
            result.add("--remount-ro", path)
        else:
            result.text(path, sentence if path.suffix == ".py" else "")
            if (cache := path.parent / "__pycache__").is_dir():
                result.cover(cache)
                result.add("--remount-ro", cache)
    stub = Path("/packages", *module.split("."))
    top = module.partition(".")[0]
    if "." not in module:
        result.folder(stub)
        result.text(stub / "__init__.py", sentence)
    elif top in GIVEN_PACKAGES:
        given = [folder for folder in package_folders(top) if not is_shown(folder)]
        if any(path.is_relative_to(folder) for path in found for folder in given):
            result.text(stub.with_suffix(".py"), sentence)


def withheld_sentence(module: str) -> str:
    return f"{module} is withheld while this assignment is graded: it would answer the exercise"


def package_folders(name: str) -> list[Path]:
    """Find a package's folders as a new process would, without importing it."""
    specs = (finder.find_spec(name, None) for finder in sys.meta_path)
    spec = next(filter(None, specs), None)
    return [Path(p).resolve() for p in (spec.submodule_search_locations or ())] if spec else []


def files_of(module: str) -> list[Path]:
    """Find every folder or file of a module on the path, without importing it or its parents."""
    top, *rest = module.split(".")
    roots = [[entry] for entry in sys.path if os.path.isdir(entry)]
    roots.append([str(folder.parent) for folder in package_folders(top)])  # an editable one is on no path
    found = {path for root in roots for path in files_below(top, rest, root)}
    return sorted(found)


def files_below(name: str, rest: list[str], root: list[str]) -> Iterator[Path]:
    spec = importlib.machinery.PathFinder.find_spec(name, root)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if rest:
        yield from files_below(f"{name}.{rest[0]}", rest[1:], folders)
    elif folders:
        yield from (Path(folder).resolve() for folder in folders)
    elif spec and spec.origin and os.path.isabs(spec.origin):
        yield Path(spec.origin).resolve()


def is_shown(path: Path) -> bool:
    """Say whether a path lies in what the interpreter or the system shows."""
    shown = [os.path.join(p, "lib") for p in (sys.prefix, sys.base_prefix)] + list(SYSTEM)
    return any(path.is_relative_to(os.path.realpath(folder)) for folder in shown)
