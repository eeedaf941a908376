"""Times as people and platforms write them, in UTC within."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

WORKSHEET = ("%A, %d %B %Y, %I:%M %p", "%A, %d %b %Y, %I:%M %p")    # how Moodle's grading worksheet writes a time


def moment(text: str) -> datetime | None:
    """Read a time such as ``2027-03-31 23:59``, with or without a zone; None where it is none.

    Without a zone it is of this computer's place, except that ``2027-03-31`` alone is that day's last second.
    """
    text = text.strip()
    for way in WORKSHEET:
        try:
            return datetime.strptime(text, way).astimezone(UTC)
        except ValueError:
            pass
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += " 23:59:59"
    text = re.sub(r"(?<=\d) ?(UTC|Z)$", "+00:00", text)
    try:
        return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stamp(time: datetime) -> str:
    """Write a time as nbgrader's timestamp.txt and its gradebook read it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(length: timedelta) -> str:
    """Say how long something is: ``1 d 2 h 5 min``."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "less than a minute"
