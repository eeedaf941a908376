"""The side that judges: checks, grading, reports. Importing it costs no more than numpy."""

from grader.checks import Case, CheckFailed, NotWritten

__all__ = ["Case", "CheckFailed", "NotWritten"]
