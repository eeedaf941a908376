"""The download against a server that cuts, changes, lies and disappears; the disk that fills up."""

import errno
import io
import json
import os
import random
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import h5py
import pytest
from data_helpers import ROOT, Served, empty_features, write_layout
from typer.testing import CliRunner

from unrolled import data
from unrolled.data import DataError
from unrolled.data import fetch as fetching
from unrolled.data.__main__ import app
from unrolled.data.fetch import COCO, Archive, fetch

FILES = tuple(COCO.sizes)


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    folder = write_layout(tmp_path_factory.mktemp("source") / "coco", pictures=160, wide=2048, narrow=64)
    for name in ("train2014_grid.h5", "val2014_grid.h5", "references.json"):
        (folder / name).unlink()  # CS231n's archive has none
    return folder


@pytest.fixture(scope="session")
def zipped(source) -> bytes:
    return zip_of({f"coco_captioning/{path.name}": path.read_bytes() for path in sorted(source.iterdir())})


@pytest.fixture(scope="session")
def archive(source) -> Archive:
    return Archive(
        name="coco",
        url="http://127.0.0.1:9/never",
        sizes={name: (source / name).stat().st_size for name in FILES},
        others=COCO.others,
        shapes={"train2014_vgg16_fc7.h5": {"features": (160, 2048)}},
        words=10,
    )


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return packed.getvalue()


def get(archive: Archive, to: Path, served: Served) -> Path:
    return fetch(archive, to, served.url, pause=lambda seconds: None)


def same_files(found: Path, source: Path) -> bool:
    names = {path.name for path in source.iterdir()}
    return {path.name for path in found.iterdir()} == names and all(
        (found / name).read_bytes() == (source / name).read_bytes() for name in names
    )


def nothing_to_take(to: Path) -> bool:
    """Neither the target nor anything beside it that a later run or a person could take for data."""
    return not to.exists() and not list(to.parent.rglob("*.h5"))


def test_it_arrives_whole(archive, zipped, source, served, tmp_path):
    served.content = zipped
    seen = []
    to = tmp_path / "deep" / "coco"
    fetch(archive, to, served.url, progress=lambda what, done, total: seen.append((what, done, total)))
    assert same_files(to, source)
    assert [path.name for path in to.parent.iterdir()] == ["coco"]
    assert seen[-1][1] == seen[-1][2]
    assert {what for what, _, _ in seen} == {"download", "unpack"}
    assert data.load(to, features="full").train.features.shape == (160, 2048)


@pytest.mark.parametrize("seed", range(5))
def test_ten_cut_connections(archive, zipped, source, served, tmp_path, seed):
    rng = random.Random(seed)
    places = sorted(rng.sample(range(1, len(zipped)), 10))
    served.cuts = [b - a for a, b in zip([0, *places], places, strict=False)]
    served.content = zipped
    assert same_files(get(archive, tmp_path / "coco", served), source)
    assert served.asked == ["", *(f"bytes={place}-" for place in places)]


_FETCH = """
import json, sys
from pathlib import Path
from unrolled.data.fetch import Archive, fetch
told = json.loads(sys.argv[3])
fetch(Archive(**told), Path(sys.argv[1]), sys.argv[2])
"""


def test_killed_ten_times_at_random(archive, zipped, source, served, tmp_path):
    """The process itself is killed, wherever it is; the next one goes on, and never finds half a data set."""
    rng, to = random.Random(7), tmp_path / "coco"
    served.content, served.slow = zipped, 0.03
    told = json.dumps({"name": "coco", "url": "", "sizes": archive.sizes, "others": archive.others})
    command = [sys.executable, "-c", _FETCH, str(to), served.url, told]
    killed, reached = 0, []
    while killed < 10:
        asked = len(served.asked)
        process = subprocess.Popen(command, cwd=ROOT)
        while len(served.asked) == asked and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.12))
        process.kill()
        process.wait()
        killed += 1
        part = tmp_path / "coco.part" / "archive.zip"
        reached.append(part.stat().st_size if part.exists() else 0)
        assert nothing_to_take(to)
    assert len(set(reached)) > 3
    assert reached == sorted(reached)  # nothing is fetched twice
    served.slow = 0
    subprocess.run(command, cwd=ROOT, check=True)
    assert same_files(to, source)


def test_killed_while_unpacking(archive, zipped, source, served, tmp_path, monkeypatch):
    served.content, to = zipped, tmp_path / "coco"

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "_verify", stopped)
    with pytest.raises(KeyboardInterrupt):
        get(archive, to, served)
    assert not to.exists()
    monkeypatch.undo()
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    assert same_files(get(archive, to, served), source)
    assert len(served.asked) == 1  # the archive was there already


def test_the_archive_changes_on_the_server(archive, zipped, source, served, tmp_path):
    to = tmp_path / "coco"
    other = bytearray(zipped)
    other[1000:2000] = bytes(1000)
    served.content, served.cuts = bytes(other), [len(zipped) // 2, *[0] * 5]
    with pytest.raises(DataError, match=r"MB are kept\. Check the network and run the same command again"):
        get(archive, to, served)
    assert nothing_to_take(to)
    served.content, served.etag, served.cuts = zipped, '"two"', []
    assert same_files(get(archive, to, served), source)


def test_the_archive_becomes_shorter(archive, zipped, source, served, tmp_path):
    served.content, served.etag = zipped + bytes(5000), ""
    served.cuts = [len(zipped) + 100, *[0] * 5]
    with pytest.raises(DataError):
        get(archive, tmp_path / "coco", served)
    served.content = zipped
    assert same_files(get(archive, tmp_path / "coco", served), source)
    assert served.asked[-1] == ""


def test_the_archive_becomes_longer(archive, zipped, source, served, tmp_path):
    served.content, served.etag, served.cuts = zipped[:-3000], "", [len(zipped) // 2, *[0] * 5]
    with pytest.raises(DataError):
        get(archive, tmp_path / "coco", served)
    served.content, served.cuts = zipped, []
    assert same_files(get(archive, tmp_path / "coco", served), source)
    assert served.asked[-1] == ""


def test_a_server_without_ranges(archive, zipped, source, served, tmp_path):
    served.content, served.ranges, served.cuts = zipped, False, [len(zipped) // 2, len(zipped) // 3]
    assert same_files(get(archive, tmp_path / "coco", served), source)


def test_another_mirror_begins_anew(archive, zipped, source, served, tmp_path):
    served.content, served.cuts = zipped, [5000, *[0] * 5]
    with pytest.raises(DataError):
        get(archive, tmp_path / "coco", served)
    fetch(archive, tmp_path / "coco", served.url + "?mirror", pause=lambda s: None)
    assert served.asked[-1] == ""


# Damaged and foreign archives


def damaged(zipped: bytes, where: float) -> bytes:
    spoilt = bytearray(zipped)
    place = int(len(zipped) * where)
    spoilt[place : place + 64] = bytes(b ^ 0x55 for b in spoilt[place : place + 64])
    return bytes(spoilt)


@pytest.mark.parametrize("where", [0.05, 0.3, 0.6, 0.9, 0.9999])
def test_a_damaged_archive(archive, zipped, source, served, tmp_path, where):
    to = tmp_path / "coco"
    served.content = damaged(zipped, where)
    with pytest.raises(DataError, match="The archive is damaged or another one") as problem:
        get(archive, to, served)
    assert str(problem.value).endswith("run the same command again.")
    assert list(tmp_path.iterdir()) == []
    served.content = zipped
    assert same_files(get(archive, to, served), source)


def test_an_archive_cut_short_on_the_server(archive, zipped, served, tmp_path):
    served.content = zipped[:-5000]
    with pytest.raises(DataError, match="damaged or another one"):
        get(archive, tmp_path / "coco", served)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coco2014_captions.h5": None}, "it holds no coco2014_captions.h5"),
        ({"coco2014_vocab.json": None}, "it holds no coco2014_vocab.json"),
        ({"train2014_vgg16_fc7.h5": b"short"}, "train2014_vgg16_fc7.h5 should have .* bytes, it has 5"),
        ({"../escape.txt": b"x"}, "would leave its folder, '../escape.txt'"),
        ({"/etc/escape": b"x"}, "would leave its folder"),
        ({"C:\\escape": b"x"}, "would leave its folder"),
        ({"again/train2014_vgg16_fc7.h5": b"x"}, "it holds train2014_vgg16_fc7.h5 twice"),
    ],
)
def test_foreign_archives(archive, source, served, tmp_path, change, words):
    files = {path.name: path.read_bytes() for path in source.iterdir()} | change
    served.content = zip_of({name: content for name, content in files.items() if content is not None})
    with pytest.raises(DataError, match=words):
        get(archive, tmp_path / "inside" / "coco", served)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_link_in_the_archive(archive, source, served, tmp_path):
    packed = io.BytesIO(zip_of({path.name: path.read_bytes() for path in source.iterdir()}))
    with zipfile.ZipFile(packed, "a") as opened:
        link = zipfile.ZipInfo("train2014_urls.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    served.content = packed.getvalue()
    with pytest.raises(DataError, match="it holds a link"):
        get(archive, tmp_path / "coco", served)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words": 1004}, "the vocabulary has 10 words, not 1004"),
        ({"shapes": {"coco2014_captions.h5": {"val_captions": (1, 17)}}}, r"\(1, 17\), found \(160, 17\)"),
        ({"shapes": {"coco2014_captions.h5": {"none": (1,)}}}, r"the shape \(1,\), found None"),
    ],
)
def test_right_sizes_and_wrong_content(archive, zipped, served, tmp_path, change, words):
    served.content = zipped
    with pytest.raises(DataError, match=words):
        get(replace(archive, **change), tmp_path / "coco", served)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_hdf5(archive, source, served, tmp_path):
    files = {path.name: path.read_bytes() for path in source.iterdir()}
    files["train2014_vgg16_fc7.h5"] = bytes(len(files["train2014_vgg16_fc7.h5"]))
    served.content = zip_of(files)
    with pytest.raises(DataError, match=r"not coco as published: train2014_vgg16_fc7\.h5 is not an HDF5"):
        get(archive, tmp_path / "coco", served)
    assert list(tmp_path.iterdir()) == []


def test_a_login_page_instead_of_an_archive(archive, served, tmp_path):
    served.content, served.kind = b"<html>Please log in</html>" * 100, "text/html"
    with pytest.raises(DataError, match=r"gave text/html, not a zip archive\. If your network asks"):
        get(archive, tmp_path / "coco", served)
    assert nothing_to_take(tmp_path / "coco")


# No network


@pytest.mark.parametrize(("status", "words"), [(404, "answered 404"), (403, "answered 403")])
def test_a_refusal_is_told(archive, served, tmp_path, status, words):
    served.content, served.status = b"", status
    with pytest.raises(DataError, match=words):
        get(archive, tmp_path / "coco", served)
    assert list(tmp_path.iterdir()) == []


def test_a_server_in_trouble_is_asked_again(archive, served, tmp_path):
    served.content, served.status = b"", 503
    with pytest.raises(DataError, match=r"No download from 127\.0\.0\.1"):
        get(archive, tmp_path / "coco", served)
    assert len(served.asked) == 5


def test_nobody_listens(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/coco_captioning.zip"
    began = time.monotonic()
    with pytest.raises(DataError, match=r"No download from 127.0.0.1:\d+ .*Check the network and run"):
        fetch(archive, tmp_path / "coco", url)
    assert time.monotonic() - began < 5
    assert list(tmp_path.iterdir()) == []


def test_no_network_at_all(archive, tmp_path, monkeypatch):
    def nowhere(*_, **__):
        raise URLError(socket.gaierror(-3, "Temporary failure in name resolution"))

    monkeypatch.setattr(fetching, "urlopen", nowhere)
    with pytest.raises(DataError) as problem:
        fetch(archive, tmp_path / "coco")
    assert "\n" not in str(problem.value)
    assert "Temporary failure in name resolution" in str(problem.value)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_address(archive, tmp_path):
    for url in ("file:///etc/passwd", "coco.zip", "http://"):
        with pytest.raises(DataError, match="is not a web address"):
            fetch(archive, tmp_path / "coco", url)


# The disk


def test_too_little_room_is_told_before_the_download(archive, served, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=60_000_000))
    with pytest.raises(DataError, match=r"too little room: 3,4.. MB are needed .* 60 MB are free"):
        fetch(COCO, tmp_path / "coco", served.url)
    assert served.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["download", "unpack"])
def test_the_disk_fills_up(archive, zipped, source, served, tmp_path, monkeypatch, step):
    """A progress that raises what a full disk raises, half way through the step."""
    served.content, to = zipped, tmp_path / "coco"

    def full(what, done, total):
        if what == step and done > total / 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DataError, match=r"The disk is full\. Make room or choose another place"):
        fetch(archive, to, served.url, progress=full)
    assert nothing_to_take(to)
    assert same_files(get(archive, to, served), source)


@pytest.mark.parametrize("megabytes", [1, 3])
def test_a_disk_that_is_really_full(archive, zipped, served, tmp_path, monkeypatch, megabytes):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root on Linux only")
    try:
        monkeypatch.setattr(fetching, "_check_disk", lambda folder, needed: None)
        served.content = zipped
        assert 1 << 20 < len(zipped) < 3 << 20
        with pytest.raises(DataError, match="The disk is full"):
            get(archive, disk / "coco", served)
        assert nothing_to_take(disk / "coco")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere, Windows asks otherwise"
)
def test_a_folder_that_may_not_be_written(archive, served, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written to"):
        get(archive, tmp_path / "coco", served)
    tmp_path.chmod(0o700)


def test_what_is_there_already_stays(archive, served, tmp_path):
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco" / "mine.txt").touch()
    with pytest.raises(DataError, match="already there"):
        get(archive, tmp_path / "coco", served)
    assert (tmp_path / "coco" / "mine.txt").exists()


def test_one_that_is_refused_leaves_the_other_alone(tmp_path):
    work = tmp_path / "coco.part"
    with fetching._alone(work):
        with pytest.raises(DataError, match="Another fetch"), fetching._alone(work):
            pass
        assert (work / "lock").exists()
    assert not work.exists()


def test_two_at_once(archive, zipped, source, served, tmp_path):
    served.content, served.slow, to = zipped, 0.02, tmp_path / "coco"
    first = threading.Thread(target=fetch, args=(archive, to, served.url))
    first.start()
    while not served.asked:
        time.sleep(0.005)
    for _ in range(3):
        with pytest.raises(DataError, match="Another fetch is at work"):
            get(archive, to, served)
    first.join()
    assert same_files(to, source)


# The command


def test_the_command(archive, zipped, source, served, tmp_path, monkeypatch):
    served.content = zipped
    monkeypatch.setitem(fetching.ARCHIVES, "coco", archive)
    run = CliRunner().invoke(app, ["fetch", "coco", "--url", served.url, "--to", str(tmp_path / "coco")])
    assert run.exit_code == 0, run.output
    assert "is complete" in run.output
    again = CliRunner().invoke(app, ["fetch", "coco", "--to", str(tmp_path / "coco")])
    assert again.exit_code == 1
    assert "already there" in again.output
    assert "Traceback" not in again.output
    unknown = CliRunner().invoke(app, ["fetch", "flickr"])
    assert "Nothing is known of 'flickr'; there is coco." in unknown.output


def test_the_command_puts_it_where_load_looks(archive, zipped, served, tmp_path, monkeypatch):
    served.content = zipped
    monkeypatch.setitem(fetching.ARCHIVES, "coco", archive)
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path))
    assert CliRunner().invoke(app, ["fetch", "coco", "--url", served.url]).exit_code == 0
    assert data.load("coco").folder == (tmp_path / "coco").resolve()
    assert "160 pictures" in CliRunner().invoke(app, ["check", "coco"]).output


# The real sizes

_PEAK = """
import resource, sys
from pathlib import Path
from unrolled.data.fetch import COCO, fetch
fetch(COCO, Path(sys.argv[1]), sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.timeout(1800)
@pytest.mark.skipif(
    not os.environ.get("UNROLLED_FULL_SIZE") or sys.platform == "win32",
    reason="streams 2.3 GB and needs 5 GB of disk: set UNROLLED_FULL_SIZE=1",
)
def test_the_real_sizes(served, tmp_path):
    """An archive of COCO's real file sizes and shapes, stored without compression, cut ten times."""
    folder = real_sizes(tmp_path / "source")
    served.content = tmp_path / "coco.zip"
    with zipfile.ZipFile(served.content, "w", zipfile.ZIP_STORED) as opened:
        for path in sorted(folder.iterdir()):
            opened.write(path, f"coco_captioning/{path.name}")
    shutil.rmtree(folder)
    served.cuts = [random.Random(0).randrange(1, 200_000_000) for _ in range(10)]
    command = [sys.executable, "-c", _PEAK, str(tmp_path / "coco"), served.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300e6
    assert len(served.asked) == 11
    for name, size in COCO.sizes.items():
        assert (tmp_path / "coco" / name).stat().st_size == size
    shutil.rmtree(tmp_path / "coco")
    served.content.unlink()


def real_sizes(folder: Path) -> Path:
    """Files of exactly the published sizes and shapes; zeros follow where HDF5 needs less."""
    folder.mkdir(parents=True)
    words = ["<NULL>", "<START>", "<END>", "<UNK>", *(f"word{i}" for i in range(1000))]
    vocabulary = {"idx_to_word": words, "word_to_idx": {word: i for i, word in enumerate(words)}}
    (folder / "coco2014_vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    for name, shapes in COCO.shapes.items():
        if "features" in shapes:
            empty_features(folder / name, shapes["features"])  # type: ignore[arg-type]
        else:
            with h5py.File(folder / name, "w") as file:
                for field, shape in shapes.items():
                    rows = file.create_dataset(field, shape, "i4", fillvalue=0)
                    rows[...] = 0
                    if len(shape) == 2:
                        rows[:, 0] = 1
        missing = COCO.sizes[name] - (folder / name).stat().st_size
        assert 0 <= missing < 10_000, (name, missing)
        with open(folder / name, "ab") as file:
            file.write(bytes(missing))
    return folder
