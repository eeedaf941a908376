"""The little English the captions need: articles, plurals and three forms of the verb."""

from __future__ import annotations

IRREGULAR_PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "sheep": "sheep",
    "calf": "calves", "ox": "oxen", "deer": "deer", "aircraft": "aircraft", "waterfowl": "waterfowl",
    "foot": "feet", "hero": "heroes", "swine": "swine", "fowl": "fowl", "elk": "elk",
    "shellfish": "shellfish", "rotorcraft": "rotorcraft", "roe": "roe", "ibex": "ibex", "kayak": "kayaks",
    "of beasts": "of beasts", "toy": "toys",
}
VOWEL_SOUND = ("honest", "hour", "heir")
CONSONANT_SOUND = ("one", "uni", "use", "ukulele", "european", "u ")

DOUBLED = {
    "run", "sit", "jog", "swim", "skip", "hop", "nap", "grin", "hug", "get", "put", "dig", "tap", "trot",
    "shop", "stop", "pet", "zip", "hum", "tug", "let", "grip", "snap", "step", "bob", "clap", "lug",
    "strum", "set", "drag", "bat", "spin", "chug", "flap", "whip", "scan", "whiz", "rub", "sip",
}
ING = {"lie": "lying", "be": "being", "see": "seeing", "tie": "tying", "picnic": "picnicking"}
SINGULAR = {"have": "has", "be": "is", "do": "does", "go": "goes", "whiz": "whizzes"}


def a(noun: str) -> str:
    """Put the indefinite article before a noun phrase."""
    sounds_open = noun.startswith(VOWEL_SOUND) or (
        noun[0] in "aeiou" and not noun.startswith(CONSONANT_SOUND)
    )
    return f"an {noun}" if sounds_open else f"a {noun}"


def plural(phrase: str) -> str:
    """The plural of a noun phrase, made at its last word, or before `with` and `of`."""
    for stop in (" with ", " of ", " full of "):
        if stop in phrase:
            head, _, rest = phrase.partition(stop)
            return plural(head) + stop + rest
    head, _, last = phrase.rpartition(" ")
    if last in IRREGULAR_PLURALS:
        made = IRREGULAR_PLURALS[last]
    elif last.endswith("man") and last not in ("human",):
        made = last[:-3] + "men"
    elif last.endswith("fish"):
        made = last
    elif last.endswith("y") and last[-2] not in "aeiou":
        made = last[:-1] + "ies"
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        made = last + "es"
    else:
        made = last + "s"
    return f"{head} {made}".strip()


def ing(verb: str) -> str:
    """The -ing form of a verb."""
    if verb in ING:
        return ING[verb]
    if verb in DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def third(verb: str) -> str:
    """The third person singular of a verb."""
    if verb in SINGULAR:
        return SINGULAR[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "z", "o")) else "s")


def conjugated(phrase: str, form: str, many: bool) -> str:
    """Put the first word of a verb phrase in form: `ing` (running), `is` (is running), `plain` (runs)."""
    verb, _, rest = phrase.partition(" ")
    if verb == "be":
        made = rest if form == "ing" else f"{'are' if many else 'is'} {rest}"
        return made.strip()
    if form == "plain":
        made = verb if many else third(verb)
    else:
        made = ing(verb) if form == "ing" else f"{'are' if many else 'is'} {ing(verb)}"
    return f"{made} {rest}".strip()
