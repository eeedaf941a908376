"""Submissions in: whose they are, which is the newest, when they were handed in, and what is said of the rest."""

import json
from datetime import datetime, timedelta

import pytest

from grader import grade as grading
from grader import gradebook, late, notebooks
from grader.course import Trouble
from grader.desk.collect import collect, lines
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

EARLY, LATE = datetime(2027, 2, 27, 10), datetime(2027, 3, 3, 9)


def there(course, student: str, name: str = "rnn.ipynb"):
    return course.submitted / student / ASSIGNMENT / name


def text(course, student: str) -> str:
    return there(course, student).read_text(encoding="utf-8")


def stamp(course, student: str) -> str | None:
    path = there(course, student, "timestamp.txt")
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def test_canvas_names_are_found_on_the_roster_and_lateness_is_told(desk, zipped, untouched):
    source = zipped({
        "ahlgrenada_11_501_rnn.ipynb": untouched,
        "nguyenbao_LATE_12_502_rnn-1.ipynb": untouched,
        "duboismartinchloé_13_503_rnn (2).ipynb": untouched,
        "farouk_14_504_rnn.ipynb": untouched,
        "leekim_15_505_rnn.ipynb": untouched,
        "nguyenboa_16_507_rnn.ipynb": untouched,
        "ahlgrenada_11_506_notes.pdf": "…",
    })
    report = collect(desk, source, ASSIGNMENT)
    assert report.layout == "Canvas's archive"
    assert sorted(report.collected[ASSIGNMENT]) == ["ada", "bao", "chloé"]
    assert report.aside == 1
    told = "\n".join(lines(report))
    assert "farouk [14] (1 file) is nobody on the roster. Is it dina? Say who with --who 'farouk=ID'" in told
    assert "nguyenboa [16] (1 file) is nobody on the roster. Is it bao? Say who" in told
    assert "leekim [15] (1 file) fits 2 students (kim1, kim2)." in told
    assert "bao, 1-rnn: late, says Canvas, but not by how much; it counts as one second." in told
    assert not report.complete
    assert (stamp(desk, "ada"), stamp(desk, "bao")) == (DUE_TIME, "2027-03-01 23:00:01 UTC")
    again = collect(desk, source, ASSIGNMENT, names={"farouk": "dina", "15": "kim2", "16": "kim1"})
    assert sorted(again.collected[ASSIGNMENT]) == ["dina", "kim1", "kim2"]
    assert again.unchanged == 3
    assert again.complete


DUE_TIME = "2027-03-01 23:00:00 UTC"


def test_canvas_numbers_count_before_names(desk, zipped, untouched):
    with gradebook.opened(desk) as book:
        for student, number in (("kim1", "71"), ("kim2", "72"), ("ada", "73")):
            book.update_or_create_student(student, lms_user_id=number)
    report = collect(desk, zipped({"leekim_72_1_rnn.ipynb": untouched, "ahlgrenada_99_2_rnn.ipynb": untouched,
                                   "nguyenbao_74_3_rnn.ipynb": untouched}))
    assert sorted(report.collected[ASSIGNMENT]) == ["bao", "kim2"]
    assert len(report.unmatched) == 1, "somebody with another number may call herself Ada"


def test_of_several_versions_the_newest_is_taken_and_said(desk, zipped, untouched):
    report = collect(desk, zipped({"ahlgrenada_11_900_rnn-2.ipynb": untouched + " ",
                                   "ahlgrenada_11_800_rnn-1.ipynb": untouched, "nguyenbao_2_3_rnn.ipynb": untouched}))
    assert text(desk, "ada") == untouched + " "
    assert "ada, 1-rnn: 2 versions, the newest is taken, ahlgrenada_11_900_rnn-2.ipynb." in report.remarks


def test_moodle_folders_and_files(desk, zipped, untouched):
    source = zipped({
        "Ada Ahlgren_3001_assignsubmission_file_/rnn.ipynb": (EARLY, untouched),
        "Nguyen Bao_3002_assignsubmission_file_/rnn.ipynb": (LATE, untouched),
        "Chloe\u0301 Dubois-Martin_3003_assignsubmission_file_rnn.ipynb": (EARLY, untouched),
        "Dina Farouk_3004_assignsubmission_onlinetext_/onlinetext.html": (EARLY, "<p>See the file."),
        "ada_3005_assignsubmission_file_/rnn.ipynb": (EARLY, untouched),
    })
    report = collect(desk, source)
    assert report.layout == "Moodle's archive"
    assert sorted(report.collected[ASSIGNMENT]) == ["ada", "bao", "chloé"]
    assert stamp(desk, "ada") < DUE_TIME < stamp(desk, "bao")
    assert any(line.startswith("bao, 1-rnn: late by 1 d ") for line in report.remarks)
    assert "ada [3005] (1 file) is nobody on the roster. Is it ada?" in lines(report)[0], "a name on Moodle is no id"


def test_the_time_of_a_download_is_nobodys_lateness(desk, zipped, untouched):
    folders = ["Ada Ahlgren_1_assignsubmission_file_", "Bao Nguyen_2_assignsubmission_file_"]
    report = collect(desk, zipped({f"{folder}/rnn.ipynb": (LATE + timedelta(seconds=n), untouched)
                                   for n, folder in enumerate(folders)}))
    assert stamp(desk, "ada") is None
    assert "The times of the files are those of one download" in report.remarks[0]


def test_moodles_grading_worksheet_tells_times_and_people(desk, zipped, untouched, tmp_path):
    worksheet = tmp_path / "Grades.csv"
    worksheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 41,Kim Lee,kim1@uni.example,Submitted,,"Monday, 1 March 2027, 9:05 PM"\n'
        'Participant 42,Kim Lee,kim2@uni.example,Submitted,,"Saturday, 6 March 2027, 9:05 PM"\n'
        "Participant 43,Dina Farouk,dina@uni.example,No submission,,-\n", encoding="utf-8-sig")
    source = zipped({"Kim Lee_41_assignsubmission_file_/rnn.ipynb": untouched,
                     "Kim Lee_42_assignsubmission_file_/rnn.ipynb": untouched})
    with pytest.raises(Trouble, match="name the assignment, too"):
        collect(desk, source, times=worksheet)
    report = collect(desk, source, ASSIGNMENT, times=worksheet)
    assert sorted(report.collected[ASSIGNMENT]) == ["kim1", "kim2"]
    assert stamp(desk, "kim1") < DUE_TIME < stamp(desk, "kim2")
    worksheet.write_text("id,time\nkim1,soon\n")
    with pytest.raises(Trouble, match="line 2: 'soon' is no time; write it as"):
        collect(desk, source, ASSIGNMENT, times=worksheet)


def test_two_people_of_one_name_are_not_taken_for_one(desk, zipped, untouched):
    report = collect(desk, zipped({"Ada Ahlgren_1_assignsubmission_file_/rnn.ipynb": untouched,
                                   "Ada Ahlgren_2_assignsubmission_file_/rnn.ipynb": untouched}))
    assert report.collected == {}
    assert "the platform counts them as different people, and by name each would be ada" in report.unmatched[0]


def test_a_folder_tree_and_a_zip_of_one(desk, zipped, untouched, tmp_path):
    source = zipped({"class of 2027/ada/1-rnn/rnn.ipynb": untouched,
                     "class of 2027/ada/1-rnn/timestamp.txt": "2027-03-02 00:30:00 +0100",
                     "class of 2027/BAO@uni.example/rnn.ipynb": untouched,
                     "class of 2027/eve/1-rnn/rnn.ipynb": untouched,
                     "class of 2027/ada/bao/rnn-Copy1.ipynb": untouched,
                     "__MACOSX/class of 2027/ada/1-rnn/._rnn.ipynb": "x"})
    report = collect(desk, source)
    assert sorted(report.collected[ASSIGNMENT]) == ["ada", "bao"]
    assert (stamp(desk, "ada"), stamp(desk, "bao")) == ("2027-03-01 23:30:00 UTC", None)
    assert "ada, 1-rnn: late by 30 min." in report.remarks
    assert report.unmatched[0].startswith("eve (1 file) is nobody on the roster")
    folder = tmp_path / "tree" / "Dina Farouk"
    folder.mkdir(parents=True)
    (folder / "my homework.ipynb").write_text(untouched, encoding="utf-8")
    (folder / "thesis.ipynb").write_text(json.dumps({"cells": []}))
    report = collect(desk, folder.parent)
    assert report.collected == {ASSIGNMENT: ["dina"]}
    assert "dina, 1-rnn: my homework.ipynb was taken as rnn.ipynb, by its cells." in report.remarks
    assert report.unmatched == ["Dina Farouk/thesis.ipynb is no notebook of 1-rnn, neither by its name nor by its "
                                "cells"]


def test_folders_of_nbgraders_exchange(desk, zipped, untouched):
    collect(desk, zipped({"ada+1-rnn+2027-03-02 01:00:00.123456 UTC+YWRh/rnn.ipynb": untouched,
                          "ada+1-rnn+2027-03-01 01:00:00.123456 UTC+YWRi/rnn.ipynb": untouched + " "}))
    assert text(desk, "ada") == untouched
    assert stamp(desk, "ada") == "2027-03-02 01:00:00 UTC"


def test_what_is_here_is_replaced_by_something_newer_alone(desk, zipped, untouched):
    def arrive(time, content):
        return collect(desk, zipped({"Ada Ahlgren_1_assignsubmission_file_/rnn.ipynb": (time, content),
                                     "Bao Nguyen_2_assignsubmission_file_/rnn.ipynb": (EARLY, untouched)}))

    arrive(LATE, "newer")
    report = arrive(LATE - timedelta(days=1), "older")
    assert text(desk, "ada") == "newer"
    assert "what is here is newer" in report.remarks[-1]
    report = arrive(LATE + timedelta(days=1), "newest")
    assert text(desk, "ada") == "newest"
    assert any("ada, 1-rnn: replaces what was collected before (2027-03-" in line for line in report.remarks)


def test_late_submissions_are_penalised_by_nbgraders_plugin(desk, zipped, skeleton, answers, workers):
    config = desk.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + "\nc = get_config()\n"
                      'c.AssignLatePenalties.plugin_class = "grader.late.ByTheDay"\nc.ByTheDay.share = 0.2\n')
    done = answered(skeleton, {"rnn_step_forward": answers["rnn_step_forward"]})
    collect(desk, zipped({f"{who}/1-rnn/{name}": content for who, time in (
        ("ada", "2027-03-01 22:59:00 UTC"), ("bao", "2027-03-02 23:00:01 UTC"))
        for name, content in (("rnn.ipynb", done), ("timestamp.txt", time))}))
    results = list(grading.grade(desk, ASSIGNMENT, ["ada", "bao"], workers))
    assert [r.status for r in results] == [grading.GRADED] * 2
    with gradebook.opened(desk) as book:
        ada, bao = (book.find_submission(ASSIGNMENT, who) for who in ("ada", "bao"))
        assert ada.score == bao.score > 0
        assert (ada.late_submission_penalty, bao.late_submission_penalty) == (0, pytest.approx(0.4 * bao.score))
        assert bao.total_seconds_late == 24 * 60 * 60 + 1
    there(desk, "bao", "timestamp.txt").write_text("2027-03-01 20:00:00 UTC", encoding="utf-8")
    again = list(grading.grade(desk, ASSIGNMENT, ["ada", "bao"], workers))
    assert {r.student: r.status for r in again} == {"ada": grading.KEPT, "bao": grading.GRADED}
    with gradebook.opened(desk) as book:
        assert book.find_submission(ASSIGNMENT, "bao").late_submission_penalty == 0


@pytest.mark.parametrize(("seconds", "points"), [(0, None), (1, 1), (86_400, 1), (86_401, 2), (10 * 86_400, 5)])
def test_the_example_policy_counts_days_begun(seconds, points):
    assert late.ByTheDay().late_submission_penalty("ada", 10, seconds) == points


def test_the_example_policy_forgives():
    assert late.ByTheDay(forgiven=600).late_submission_penalty("ada", 10, 600) is None


def test_a_full_disk_is_told_and_the_rest_comes_later(desk, zipped, untouched, monkeypatch):
    source = zipped({"ada/rnn.ipynb": untouched, "bao/rnn.ipynb": untouched})
    write = notebooks.write_bytes

    def full(path, content):
        if "bao" in path.parts:
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(notebooks, "write_bytes", full)
        with pytest.raises(Trouble, match=r"Collecting stopped: the disk is full .*\. What was collected so far"):
            collect(desk, source)
    report = collect(desk, source)
    assert (report.collected, report.unchanged) == ({ASSIGNMENT: ["bao"]}, 1)


def test_nobody_can_be_found_without_a_roster(course, zipped, untouched):
    with pytest.raises(Trouble, match="There is nobody on the roster yet"):
        collect(course, zipped({"ada/rnn.ipynb": untouched}))


def test_what_is_no_archive_is_told(desk, tmp_path):
    for content in (b"", b"hello", b"PK\x05\x06", b"PK\x03\x04" + b"\0" * 100):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(Trouble, match=r"a\.zip is not a ZIP"):
            collect(desk, tmp_path / "a.zip")
    with pytest.raises(Trouble, match="cannot be read"):
        collect(desk, tmp_path / "none.zip")


def test_the_command_says_what_it_did(desk, zipped, untouched, command):
    source = zipped({"ahlgrenada_11_501_rnn.ipynb": untouched, "evemallory_12_502_rnn.ipynb": untouched})
    done = command(desk.root, "grader", "collect", str(source), ASSIGNMENT)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("Not matched: evemallory [12] (1 file) is nobody on the roster.")
    assert done.stdout.splitlines()[-1] == ("Read as Canvas's archive. Collected 1 (1 of 1-rnn), 0 here already, "
                                            "1 not matched, 0 refused, 0 other files left aside.")
    done = command(desk.root, "grader", "collect", str(source), "--who", "evemallory=bao")
    assert done.returncode == 0, done.stdout + done.stderr
    done = command(desk.root, "grader", "collect", str(source), "--who", "evemallory=baoo")
    assert (done.returncode, "Did you mean bao" in done.stderr) == (2, True)
