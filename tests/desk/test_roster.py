"""The roster: lists as Canvas, Moodle and people write them; all of a list or nothing."""

import pytest

from grader.course import Trouble
from grader.desk import roster
from grader.desk.roster import Roster, Student

CANVAS = '''Student,ID,SIS User ID,SIS Login ID,Section,1-rnn (12)
"    Points Possible",,,,,40
"Lovelace, Ada",101,u-1,ada1,Group A,
"O'Brien, Séan",102,u-2,sean,Group A,
"Student, Test",103,,,Group A,
'''
MOODLE = '''"First name";"Last name";"ID number";"Email address"
Ada;Lovelace;u-1;ada@uni.example
Séan;O'Brien;u-2;sean@uni.example
'''
PLAIN = "email\tFIRST_NAME\tid\tSurname\nada@uni.example\tAda\tada1\tLovelace\n\n"


def listed(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode(encoding))
    return path


def test_lists_of_canvas_moodle_and_people(tmp_path):
    found, remarks = roster.read(listed(tmp_path, CANVAS))
    assert found == [(3, Student("ada1", "Ada", "Lovelace", "", "101")),
                     (4, Student("sean", "Séan", "O'Brien", "", "102"))]
    assert remarks == ["Line 2 is no student's (Points Possible) and was left out.",
                       "Line 5 is no student's (Student, Test) and was left out."]
    found, _ = roster.read(listed(tmp_path, MOODLE, "utf-8-sig"))
    assert found[1] == (3, Student("u-2", "Séan", "O'Brien", "sean@uni.example"))
    found, _ = roster.read(listed(tmp_path, MOODLE), "Email address")
    assert found[0][1].id == "ada@uni.example"
    found, _ = roster.read(listed(tmp_path, PLAIN, "utf-16"))
    assert found == [(2, Student("ada1", "Ada", "Lovelace", "ada@uni.example"))]
    found, _ = roster.read(listed(tmp_path, "username,full name\nada1,Ada King Lovelace\n"))
    assert found[0][1] == Student("ada1", "Ada King", "Lovelace")


def test_another_encoding_is_read_and_said(tmp_path):
    found, remarks = roster.read(listed(tmp_path, MOODLE, "cp1252"))
    assert found[1][1].first == "Séan"
    assert "is not UTF-8 and was read as Windows-1252" in remarks[0]


def test_wrong_lines_are_told_and_nothing_is_written(desk, tmp_path):
    before = roster.students(desk)
    content = """id,first,last,email
ada,Ada,Ahlgren,ada@uni.example
,No,Body,
../eve,Eve,M,
new1,New,One,no address
new2,New,Two,two@uni.example
NEW2,New,Three,
new4,New,Four,two@uni.example
con,C,On,
new+5,N,F,
"""
    with pytest.raises(Trouble) as trouble:
        roster.add(desk, listed(tmp_path, content))
    told = str(trouble.value).splitlines()
    assert told[0] == "list.csv was not read; nothing was changed."
    for line, words in zip(told[1:], ["line 3: there is no id", "line 4: the id '../eve' holds /",
                                      "line 5: 'no address' is not an email", "line 7: new2 stands in line 6",
                                      "line 8: two@uni.example stands in line 6", "line 9: the id 'con' could not name",
                                      "line 10: the id 'new+5' holds"], strict=True):
        assert words in line
    assert roster.students(desk) == before


def test_what_belongs_to_somebody_else_is_told(desk, tmp_path):
    content = "id,email\nADA,\nzoe,bao@uni.example\n"
    with pytest.raises(Trouble, match=r"(?s)line 2: ADA is ada in the gradebook.*line 3: .* belongs to bao") as _:
        roster.add(desk, listed(tmp_path, content))


def test_students_are_added_and_changed_and_nothing_is_erased(desk, tmp_path):
    added = roster.add(desk, listed(tmp_path, "id,last name,lms_user_id\nada,Byron,77\nbao,,\nzoe,Zwart,\n"))
    assert (added.new, added.changed, added.same) == (1, 1, 1)
    found = {student.id: student for student in roster.students(desk)}
    assert found["ada"] == Student("ada", "Ada", "Byron", "ada@uni.example", "77")
    assert found["zoe"] == Student("zoe", "", "Zwart")


def test_a_write_that_fails_leaves_nobody_half_added(desk, tmp_path, monkeypatch):
    from nbgrader.api import Gradebook

    write = Gradebook.update_or_create_student

    def stops(self, student, **details):
        if student == "c":
            raise OSError("disk full")
        return write(self, student, **details)

    monkeypatch.setattr(Gradebook, "update_or_create_student", stops)
    before = roster.students(desk)
    with pytest.raises(OSError, match="disk full"):
        roster.add(desk, listed(tmp_path, "id\na\nb\nc\n".replace("\n", ",\n").replace("id,", "id,email")))
    assert roster.students(desk) == before


@pytest.mark.parametrize(("content", "words"), [
    ("", "is empty"), ("name,grade\nAda,1\n", "has no column for the id of a student"), ("PK\0\0", "is not CSV"),
    ("id,email\n", "has no line with a student"), ('id,email\n"ada', "no line with a student|is not CSV|email"),
])
def test_what_is_no_list_is_told(tmp_path, content, words):
    if content.startswith("id,email\n\""):
        assert roster.read(listed(tmp_path, content))[0][0][1].id == "ada"
        return
    with pytest.raises(Trouble, match=words):
        roster.read(listed(tmp_path, content))


def test_names_are_found_in_either_order_and_two_are_nobody():
    kims = [Student("k1", "Kim", "Lee"), Student("k2", "Kim", "Lee")]
    people = Roster([Student("a", "Ada", "de la Cruz", number="7"), *kims])
    for text in ("Ada de la Cruz", "de la Cruz Ada", "DE LA CRUZ, ada", "A"):
        assert people.find(text) == ["a"]
    assert people.find("delacruzada", ("squashed",)) == ["a"]
    assert people.find("Kim Lee") == ["k1", "k2"]
    assert people.find("Ada Cruz") == people.find("") == []
    assert people.find("7", ("number",)) == ["a"]


def test_the_command(desk, tmp_path, command):
    done = command(desk.root, "grader", "add-students", str(listed(tmp_path, CANVAS)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2 new, 0 changed, 0 as they were."
    assert "Line 2 is no student's" in done.stderr
