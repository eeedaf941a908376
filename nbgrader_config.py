"""Where nbgrader, its commands and formgrader find this course; what it says stands in grader/course.py."""

from pathlib import Path

from grader.course import configure

configure(get_config(), Path(__file__).resolve().parent)
