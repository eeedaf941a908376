"""The check vocabulary: what the check cells of a notebook say."""

from grader.checks.case import Case
from grader.checks.verdict import CheckFailed, NotWritten

__all__ = ["Case", "CheckFailed", "NotWritten"]
