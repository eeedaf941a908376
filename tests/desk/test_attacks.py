"""Archives that are out for harm: each bad entry is refused with its reason, the rest is kept, nothing is outside."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Trouble
from grader.desk import unpack
from grader.desk.collect import collect
from tests.conftest import ASSIGNMENT

HONEST = {"Ada Ahlgren_1_assignsubmission_file_/rnn.ipynb": "ada",
          "Bao Nguyen_2_assignsubmission_file_/rnn.ipynb": "bao"}
LINK = (stat.S_IFLNK | 0o777) << 16
MINE = "Dina Farouk_3_assignsubmission_file_/"
Attack = Callable[[zipfile.ZipFile], None]
ATTACKS: dict[str, tuple[str, Attack]] = {}


def attack(words: str) -> Callable[[Attack], Attack]:
    """Register an attack with the words that its refusal has to hold."""

    def register(function: Attack) -> Attack:
        ATTACKS[function.__name__] = words, function
        return function

    return register


def named(name: str, words: str, text: str = "{}") -> None:
    """An attack by nothing but a name."""
    ATTACKS[name.encode("unicode_escape").decode()[:60]] = words, lambda archive: archive.writestr(place(name), text)


def place(name: str, **how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x", (2027, 3, 1, 12, 0, 0))
    info.filename = info.orig_filename = name
    for key, value in how.items():
        setattr(info, key, value)
    return info


named("/etc/cron.d/rnn.ipynb", "absolute")
named("//server/share/rnn.ipynb", "absolute")
named("\\\\server\\share\\rnn.ipynb", "absolute")
named("../../../rnn.ipynb", "leads out")
named(f"{MINE}../../ada/1-rnn/rnn.ipynb", "leads out")
named(f"{MINE}..\\..\\ada\\1-rnn\\rnn.ipynb", "leads out")
named("C:/Windows/rnn.ipynb", "colon")
named("C:rnn.ipynb", "colon")
named("C:\\Users\\rnn.ipynb", "colon")
named(f"{MINE}rnn.ipynb:stream", "colon")
named(f"{MINE}rnn\n.ipynb", "cannot be seen")
named(f"{MINE}\x1b[2Jrnn.ipynb", "cannot be seen")
named(f"{MINE}\u202ebnpyi.nnr", "cannot be seen")
named(f"{MINE}rnn.ipynb\u200b", "cannot be seen")
named(f"{MINE}CON.ipynb", "device")
named(f"{MINE}aux/rnn.ipynb", "device")
named(f"{MINE}lpt1 .tar.ipynb", "device")
named(f"{MINE}rnn.ipynb.", "Windows drops")
named(f"{MINE}sub /rnn.ipynb", "Windows drops")
named(f"{MINE}{'n' * 300}.ipynb", "too long")
named(f"{MINE}{'d/' * 600}rnn.ipynb", "too long")
named(f"{MINE}{'d/' * 30}rnn.ipynb", "deep")
named(f"{MINE}./rnn.ipynb", "empty")
named(f"{MINE}/rnn.ipynb", "empty")
named(f"{MINE}all.zip", "archive itself", "PK")
named(f"{MINE}all.tar.gz", "archive itself", "PK")


@attack("a link")
def symbolic_link(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb", external_attr=LINK, create_system=3), "/etc/passwd")


@attack("a link")
def link_as_a_folder(archive):
    archive.writestr(place(f"{MINE}sub/", external_attr=LINK, create_system=3), "/etc")


@attack("no regular file")
def pipe(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb", external_attr=(stat.S_IFIFO | 0o666) << 16, create_system=3), "")


@attack("no regular file")
def device(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb", external_attr=(stat.S_IFBLK | 0o666) << 16, create_system=3), "")


@attack("times as large when unpacked")
def bomb_by_ratio(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb", compress_type=zipfile.ZIP_DEFLATED), b"0" * (15 << 20))


@attack("larger than the 20 MiB")
def too_large(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb"), os.urandom(1 << 20) * 21)


@attack("its name, perhaps in other letters")
def same_name_twice(archive):
    archive.writestr(place(f"{MINE}rnn.ipynb"), "one")
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(place(f"{MINE}rnn.ipynb"), "two")


@attack("its name, perhaps in other letters")
def same_name_in_capitals(archive):
    for name in ("rnn.ipynb", "RNN.ipynb"):
        archive.writestr(place(f"{MINE}{name}"), name)


@attack("its name, perhaps in other letters")
def same_name_in_other_accents(archive):
    for name in ("r\u00e9.ipynb", "re\u0301.ipynb"):
        archive.writestr(place(f"{MINE}{name}"), name)


def patched(archive: zipfile.ZipFile, **how: int) -> None:
    """Write an entry and say something else of it in the list of entries."""
    archive.writestr(place(f"{MINE}rnn.ipynb", compress_type=zipfile.ZIP_DEFLATED), b"0" * 5000)
    for key, value in how.items():
        setattr(archive.filelist[-1], key, value)


@attack("encrypted")
def encrypted(archive):
    patched(archive, flag_bits=1)


@attack("cannot be read")
def another_checksum(archive):
    patched(archive, CRC=1)


@attack("cannot be read")
def larger_than_it_says(archive):
    patched(archive, file_size=10)


@attack("not as large as the archive says")
def smaller_than_it_says(archive):
    patched(archive, file_size=9000)


@attack("cannot be read")
def unknown_compression(archive):
    patched(archive, compress_type=99)


@attack("cannot be read")
def broken_stream(archive):
    patched(archive, compress_size=7)


@attack("the same bytes")
def two_entries_of_the_same_bytes(archive):
    for name in ("a.ipynb", "b.ipynb"):
        archive.writestr(place(f"{MINE}{name}"), "{}")
    archive.filelist[-1].header_offset = archive.filelist[-2].header_offset


@attack("cannot be read")
def another_name_in_the_list(archive):
    archive.writestr(place("nobody/rnn.ipynb"), "{}")
    archive.filelist[-1].filename = archive.filelist[-1].orig_filename = f"{MINE}rnn.ipynb"


@attack("cannot be read")
def bytes_beyond_the_end(archive):
    patched(archive, header_offset=1 << 30)


@pytest.mark.parametrize(("words", "evil"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_and_the_rest_is_kept(words, evil, desk, tmp_path):
    source = tmp_path / "submissions.zip"
    with zipfile.ZipFile(source, "w") as archive:
        (first, text), (second, other) = HONEST.items()
        archive.writestr(first, text)
        evil(archive)
        archive.writestr(second, other)
    before = outside(tmp_path)
    report = collect(desk, source, ASSIGNMENT)
    assert sorted(report.collected[ASSIGNMENT]) == ["ada", "bao"]
    assert report.refused
    assert all(words in entry.why for entry in report.refused), report.refused
    assert collected(desk) == {"ada/1-rnn/rnn.ipynb": "ada", "bao/1-rnn/rnn.ipynb": "bao"}
    assert outside(tmp_path) == before


def outside(root: Path) -> dict[str, bytes]:
    """Every file except those in class/submitted."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*")
            if path.is_file() and "submitted" not in path.parts}


def collected(course) -> dict[str, str]:
    return {path.relative_to(course.submitted).as_posix(): path.read_text(encoding="utf-8")
            for path in course.submitted.rglob("*.ipynb")}


def test_there_are_many_attacks():
    assert len(ATTACKS) >= 40


def test_too_much_in_all_is_refused_entry_by_entry(tmp_path):
    source = tmp_path / "a.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.ipynb", "0" * 1000)
    with unpack.opened(source, replace(unpack.Bounds(), total=3500)) as (entries, refused):
        for entry in entries[:3]:
            assert len(entry.read()) == 1000
        for entry in entries[3:]:
            with pytest.raises(Trouble, match="all entries together are larger"):
                entry.read()
    assert (len(entries), refused) == (10, [])
    with unpack.opened(source, replace(unpack.Bounds(), entries=4)) as (entries, refused):
        assert [entry.name for entry in entries] == ["0.ipynb", "1.ipynb", "2.ipynb", "3.ipynb"]
        assert {entry.why for entry in refused} == {"the archive has more than 4 entries"}


def test_a_list_of_entries_that_would_fill_the_memory_is_not_read(tmp_path):
    source = tmp_path / "a.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}.ipynb", "0")
    with (pytest.raises(Trouble, match=r"lists 100 entries in .* bytes, far more than a class"),
          unpack.opened(source, replace(unpack.Bounds(), directory=1000))):
        pass
    wide = io.BytesIO()
    end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 33, 1 << 33, 1 << 40, 0)
    wide.write(end + struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1))
    wide.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    source.write_bytes(wide.getvalue())
    with pytest.raises(Trouble, match="far more than a class hands in"), unpack.opened(source):
        pass


def test_a_damaged_archive_ends_in_sentences(tmp_path):
    """Whatever byte is another one, an archive is refused, its entry is refused, or it is read."""
    whole, chance = io.BytesIO(), random.Random(231)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in HONEST:
            archive.writestr(name, name * 20)
    source, refusals = tmp_path / "a.zip", 0
    for _ in range(500):
        content = bytearray(whole.getvalue())
        for _ in range(chance.choice((1, 1, 2, 8))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        source.write_bytes(content[:chance.choice((len(content), len(content), chance.randrange(len(content))))])
        try:
            with unpack.opened(source) as (entries, refused):
                refusals += bool(refused)
                for entry in entries:
                    assert unpack.unsafe(entry.path) == ""
                    entry.read()
        except Trouble:
            refusals += 1
    assert refusals > 250


def test_names_inside_a_submission_claim_nothing(desk, zipped, untouched):
    """A student chooses the names inside their own folder, and no more than those."""
    report = collect(desk, zipped({
        "Ada Ahlgren_1_assignsubmission_file_/Bao Nguyen_2_assignsubmission_file_/rnn.ipynb": "ada's",
        "Ada Ahlgren_1_assignsubmission_file_/timestamp.txt": "2001-01-01 00:00:00 UTC",
        "Bao Nguyen_2_assignsubmission_file_/nguyenbao_2_9_rnn.ipynb": untouched}))
    assert collected(desk) == {"ada/1-rnn/rnn.ipynb": "ada's", "bao/1-rnn/rnn.ipynb": untouched}
    assert report.complete
    collect(desk, zipped({
        "Ada Ahlgren_1_assignsubmission_file_Bao Nguyen_2_assignsubmission_file_rnn.ipynb": untouched,
        "Chloé Dubois-Martin_3_assignsubmission_file_rnn.ipynb": untouched}))
    assert collected(desk) == {f"{who}/1-rnn/rnn.ipynb": untouched for who in ("ada", "bao", "chloé")}
    report = collect(desk, zipped({"ahlgrenada_1_1_Bao Nguyen_2_assignsubmission_file_rnn.ipynb": "x",
                                   "duboismartinchloé_1_1_nguyenbao_2_9_rnn.ipynb": untouched,
                                   "farouk dina_1_2_x.pdf": "", "farouk_1_3_x.pdf": "", "e_1_4_x.pdf": ""}))
    assert "chloé/1-rnn/rnn.ipynb" in collected(desk)
    assert collected(desk)["bao/1-rnn/rnn.ipynb"] == untouched


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need a Unix")
def test_a_folder_with_links_and_pipes(desk, tmp_path):
    tree = tmp_path / "tree"
    for student in ("ada", "bao", "chloé", "dina"):
        (tree / student).mkdir(parents=True)
    (tree / "ada" / "rnn.ipynb").write_text("ada")
    (tree / "bao" / "rnn.ipynb").symlink_to(desk.solutions / ASSIGNMENT / "rnn.ipynb")
    os.mkfifo(tree / "chloé" / "rnn.ipynb")
    os.link(desk.solutions / ASSIGNMENT / "rnn.ipynb", tree / "dina" / "rnn.ipynb")
    (tree / "kim1").symlink_to(desk.solutions / ASSIGNMENT)
    report = collect(desk, tree)
    assert collected(desk) == {"ada/1-rnn/rnn.ipynb": "ada"}
    refused = sorted(entry.path for entry in report.refused)
    assert refused == ["bao/rnn.ipynb", "chloé/rnn.ipynb", "dina/rnn.ipynb", "kim1"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_nothing_is_written_through_a_link(desk, zipped, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    desk.submitted.mkdir(parents=True)
    (desk.submitted / "ada").symlink_to(elsewhere)
    report = collect(desk, zipped(HONEST))
    assert "class/submitted/ada is a link, expected a folder" in report.refused[0].why
    assert list(elsewhere.iterdir()) == []
    assert report.collected == {ASSIGNMENT: ["bao"]}
