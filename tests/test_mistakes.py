"""Every known mistake is refused, nearly all by name; every right answer, however it is written, is accepted."""

import functools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.lesson import Lesson, names_with
from tests.mistakes import attention, captioning, char_rnn, flow, gru, lstm, rnn, sequences
from tests.mistakes.odd import ODD

LESSONS = [rnn, captioning, lstm, gru, char_rnn, flow, sequences, attention]
LEAST_NAMED = 0.9
FEWEST_WORDS, MOST_WORDS, MOST_REPEATS = 8, 40, 3
SECONDS_WHEN_RIGHT, SECONDS_WHEN_WRONG = 0.3, 1.0


@pytest.mark.parametrize("data", LESSONS, ids=lambda data: data.NOTEBOOK)
def test_known_mistakes_are_refused_and_named(data, capsys):
    lesson, passed, unnamed, slow = Lesson(data.NOTEBOOK), [], [], []
    for mistake in data.MISTAKES:
        names = names_with(lesson, mistake)
        began = time.process_time()
        accepted, _ = lesson.says(mistake.function, names)
        slow += [mistake.name] if time.process_time() - began > SECONDS_WHEN_WRONG else []
        looks_right, said = lesson.says(mistake.function, names, hidden=False)
        if accepted:
            passed.append((mistake.function, mistake.name))
        if looks_right or mistake.words not in said:
            unnamed.append(f"{mistake.function}, {mistake.name}: wanted {mistake.words!r}, said\n{said}")
    count = len(data.MISTAKES)
    with capsys.disabled():
        print(f"\n{data.NOTEBOOK}: {count - len(passed)} of {count} known mistakes refused, "
              f"{count - len(unnamed)} named by the visible check")
        print(*unnamed, sep="\n")
    assert not passed
    assert not slow
    assert len(unnamed) <= (1 - LEAST_NAMED) * count


def test_every_mistake_says_why_it_is_one():
    every = [mistake for data in LESSONS for mistake in data.MISTAKES]
    bad = [f"{mistake.function}, {mistake.name}: {mistake.why!r}" for mistake in every
           if not FEWEST_WORDS <= len(mistake.why.split()) <= MOST_WORDS or not mistake.why.endswith(".")]
    assert not bad, f"{len(bad)} of {len(every)}:\n" + "\n".join(bad[:40])
    sentences = Counter(sentence for mistake in every for sentence in re.split(r"(?<=\.) (?=[A-Z])", mistake.why))
    assert not [sentence for sentence, times in sentences.items() if times > MOST_REPEATS]


@pytest.mark.parametrize("data", LESSONS, ids=lambda data: data.NOTEBOOK)
def test_right_answers_are_accepted_however_they_are_written(data, capsys):
    lesson, refused = Lesson(data.NOTEBOOK), []
    for variant in data.VARIANTS:
        names = names_with(lesson, variant)
        for function in lesson.answers:
            right, said = lesson.says(function, names)
            if not right:
                refused.append(f"{variant.function}, {variant.name}: check-{function} said\n{said}")
    with capsys.disabled():
        print(f"\n{data.NOTEBOOK}: {len(data.VARIANTS) - len(refused)} of {len(data.VARIANTS)} accepted variants pass")
    assert not refused, "\n".join(refused)


@pytest.mark.parametrize("data", LESSONS, ids=lambda data: data.NOTEBOOK)
def test_right_checks_are_quick(data):
    lesson = Lesson(data.NOTEBOOK)
    names = lesson.namespace()
    for function in lesson.answers:
        began = time.process_time()
        assert lesson.says(function, names)[0]
        assert time.process_time() - began < SECONDS_WHEN_RIGHT, function


WHOLE, FIRST = "the whole", "the first entry"     # places in what a function returns, beside its 0th, 1st … thing
MOST_THINGS = 5


def with_odd(result: Any, place: tuple, odd: Any) -> Any:
    """What a function returned, with something odd in a place of it; unchanged where there is no such place."""
    if place == (WHOLE,):
        return odd
    things = list(result) if isinstance(result, tuple) else [result]
    if place[0] >= len(things):
        return result
    value = things[place[0]]
    if place[1:] == (FIRST,):
        if isinstance(value, dict) and value:
            odd = {**value, next(iter(value)): odd}
        elif isinstance(value, list) and value:
            odd = [odd, *value[1:]]
        else:
            return result
    things[place[0]] = odd
    return tuple(things) if isinstance(result, tuple) else odd


def returning(f: Callable, place: tuple, odd: Callable[[], Any], calls_before: int, factor: float) -> tuple:
    """A function that returns something odd after some calls, and a flag that tells whether it did.

    Numbers of the calls before are multiplied, so that a wrong answer is being explained when the odd one comes.
    """
    calls, happened = 0, []

    @functools.wraps(f)
    def stand_in(*args):
        nonlocal calls
        result, calls = f(*args), calls + 1
        if calls > calls_before:
            strange = with_odd(result, place, odd())
            happened.extend([] if strange is result else [True])
            return strange
        things = result if isinstance(result, tuple) else (result,)
        wrong = tuple(factor * a if isinstance(a, (float, np.ndarray)) else a for a in things)
        return wrong if isinstance(result, tuple) else wrong[0]

    return stand_in, happened


def places() -> Iterator[tuple]:
    yield (WHOLE,)
    for index in range(MOST_THINGS):
        yield (index,)
        yield (index, FIRST)


@pytest.mark.parametrize(("calls_before", "factor", "every"), [(0, 1.0, 5), (1, 1.0, 17), (1, 1.5, 17), (4, 1.5, 17)])
@pytest.mark.parametrize("data", LESSONS, ids=lambda data: data.NOTEBOOK)
def test_no_odd_answer_stops_a_check_with_a_traceback(data, calls_before, factor, every):
    """One odd thing in ``every`` is tried in each place, another one in the next place."""
    lesson, tried, bad = Lesson(data.NOTEBOOK), 0, []
    names = lesson.namespace()
    for check in lesson.answers:
        for function in [name for name in lesson.answers if f"{name}," in lesson.checks[f"check-{check}"]]:
            for number, place in enumerate(places()):
                for odd in list(ODD)[number % every :: every]:
                    stand_in, happened = returning(names[function], place, ODD[odd], calls_before, factor)
                    where = f"check-{check}, {function} returns {odd} as {place}"
                    try:
                        _, said, stderr = lesson.hears(check, {**names, function: stand_in})
                    except Exception as error:
                        bad.append(f"{where}: {type(error).__name__}: {error!s:.100}")
                        continue
                    verdict = said[said.rfind("✗"):].splitlines() if "✗" in said else []
                    if stderr or len(verdict) > 4 or any(len(line) > 300 for line in verdict):
                        bad.append(f"{where}: {stderr} {verdict}")
                    tried += bool(happened)
                    if not happened and odd == list(ODD)[number % every]:
                        break
    assert not bad, f"{len(bad)} of {tried}:\n" + "\n".join(bad[:40])
    assert tried > 50
