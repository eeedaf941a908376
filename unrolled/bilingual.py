"""The same sentences in English and in French, from a grammar of our own in the world of the scenes.

    pairs = bilingual.sentences(1000, seed=1, shortest=4, longest=9)
    print(*pairs[0])        # ['a', 'white', 'bird', …] ['un', 'oiseau', 'blanc', …]

A sentence is thought of once, without words, and said twice. What makes the two differ: gender and number; most
adjectives come after the noun, a few before it; elision (l'arbre, n'aime, cet oiseau, un vieil homme); de and le become
du; negation stands on both sides of the verb, and after it un and une become de. An elided word is a word of its own
here, l'. For one English sentence of this grammar there is exactly one French one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from unrolled.scenes.dice import Dice

Words = list[str]
Pair = tuple[Words, Words]


class Noun(NamedTuple):
    """A noun in both languages, singular and plural; what it is (person, animal, thing) decides what is said of it."""

    one: str
    many: str
    un: str
    des: str
    feminine: bool = False
    is_a: str = "animal"


NOUNS = (
    Noun("man", "men", "homme", "hommes", False, "person"),
    Noun("woman", "women", "femme", "femmes", True, "person"),
    Noun("boy", "boys", "garçon", "garçons", False, "person"),
    Noun("girl", "girls", "fille", "filles", True, "person"),
    Noun("cat", "cats", "chat", "chats"),
    Noun("dog", "dogs", "chien", "chiens"),
    Noun("horse", "horses", "cheval", "chevaux"),
    Noun("cow", "cows", "vache", "vaches", True),
    Noun("mouse", "mice", "souris", "souris", True),
    Noun("bird", "birds", "oiseau", "oiseaux"),
    Noun("owl", "owls", "hibou", "hiboux"),
    Noun("goat", "goats", "chèvre", "chèvres", True),
    Noun("apple", "apples", "pomme", "pommes", True, "thing"),
    Noun("book", "books", "livre", "livres", False, "thing"),
    Noun("flower", "flowers", "fleur", "fleurs", True, "thing"),
    Noun("boat", "boats", "bateau", "bateaux", False, "thing"),
    Noun("umbrella", "umbrellas", "parapluie", "parapluies", False, "thing"),
    Noun("egg", "eggs", "œuf", "œufs", False, "thing"),
    Noun("car", "cars", "voiture", "voitures", True, "thing"),
    Noun("hat", "hats", "chapeau", "chapeaux", False, "thing"),
)
PLACES = (
    Noun("tree", "trees", "arbre", "arbres", False, "place"),
    Noun("house", "houses", "maison", "maisons", True, "place"),
    Noun("lake", "lakes", "lac", "lacs", False, "place"),
    Noun("river", "rivers", "rivière", "rivières", True, "place"),
    Noun("bridge", "bridges", "pont", "ponts", False, "place"),
    Noun("school", "schools", "école", "écoles", True, "place"),
    Noun("garden", "gardens", "jardin", "jardins", False, "place"),
    Noun("forest", "forests", "forêt", "forêts", True, "place"),
)
WHERE = {           # English, French, and the places it goes with
    "under": ("sous", ("tree", "bridge")),
    "behind": ("derrière", ("tree", "house", "school", "garden")),
    "in": ("dans", ("house", "garden", "forest", "school")),
    "near": ("près de", ("tree", "house", "lake", "river", "bridge", "school", "garden", "forest")),
}
WHEN = {"in the rain": "sous la pluie", "at night": "la nuit", "today": "aujourd'hui"}

# English; French masculine, feminine, and both in the plural; the masculine before a vowel
SIZES = {
    "small": ("petit", "petite", "petits", "petites", "petit"),
    "old": ("vieux", "vieille", "vieux", "vieilles", "vieil"),
    "young": ("jeune", "jeune", "jeunes", "jeunes", "jeune"),
    "beautiful": ("beau", "belle", "beaux", "belles", "bel"),
}
COLOURS = {
    "black": ("noir", "noire", "noirs", "noires"),
    "white": ("blanc", "blanche", "blancs", "blanches"),
    "red": ("rouge", "rouge", "rouges", "rouges"),
    "green": ("vert", "verte", "verts", "vertes"),
    "gray": ("gris", "grise", "gris", "grises"),
}
MOODS = {
    "happy": ("heureux", "heureuse", "heureux", "heureuses"),
    "tired": ("fatigué", "fatiguée", "fatigués", "fatiguées"),
    "hungry": ("affamé", "affamée", "affamés", "affamées"),
}
FITTING = {         # what is said of whom; "a beautiful man" and "a green cow" are left out
    "person": (("small", "old", "young"), ()),
    "animal": (("small", "old", "young", "beautiful"), ("black", "white", "gray")),
    "thing": (("small", "old", "beautiful"), ("red", "green", "black", "white")),
    "place": (("small", "old", "beautiful"), ()),
}


class Verb(NamedTuple):
    """A verb in both languages: the plain form and the third person, of one and of many; ``of`` are its objects."""

    many: str
    one: str
    il: str
    ils: str
    of: tuple[str, ...] = ()


VERBS = (
    Verb("sleep", "sleeps", "dort", "dorment"),
    Verb("run", "runs", "court", "courent"),
    Verb("wait", "waits", "attend", "attendent"),
    Verb("play", "plays", "joue", "jouent"),
    Verb("see", "sees", "voit", "voient", ("person", "animal", "thing")),
    Verb("watch", "watches", "regarde", "regardent", ("person", "animal", "thing")),
    Verb("follow", "follows", "suit", "suivent", ("person", "animal")),
    Verb("avoid", "avoids", "évite", "évitent", ("person", "animal")),
    Verb("hide", "hides", "cache", "cachent", ("thing",)),
    Verb("carry", "carries", "porte", "portent", ("thing",)),
)
DETERMINERS = {False: ("a", "the", "this"), True: ("the", "these", "two")}      # by whether there are several
VOWELS = "aeiouéèêâîœ"
MUTE = ("homme", "hommes")      # an h that is not heard, unlike that of hibou


@dataclass(frozen=True)
class Phrase:
    """A noun with what stands around it, and perhaps a clause about it, before it is said in any language."""

    noun: Noun
    determiner: str
    several: bool = False
    size: str = ""
    colour: str = ""
    clause: Clause | None = None


@dataclass(frozen=True)
class Clause:
    """What somebody does: a verb with its object, or a mood; perhaps denied; where and when."""

    verb: Verb | None = None
    mood: str = ""
    denied: bool = False
    object: Phrase | None = None
    where: str = ""
    place: Phrase | None = None
    when: str = ""


@dataclass(frozen=True)
class Sentence:
    """One or two who do something."""

    subjects: tuple[Phrase, ...]
    clause: Clause

    @property
    def several(self) -> bool:
        """Whether the verb stands in the plural."""
        return len(self.subjects) > 1 or self.subjects[0].several


def sentences(count: int, seed: object, shortest: int = 4, longest: int = 9,
              without: Sequence[Pair] = ()) -> list[Pair]:
    """Draw different sentences with so many English words, each with its translation; none of those in ``without``.

    -> ``count`` pairs (English words, French words)
    """
    dice, seen = Dice("bilingual", seed), {" ".join(english) for english, _ in without}
    pairs: list[Pair] = []
    nested = 1 if longest <= 12 else 2
    while len(pairs) < count:
        sentence = think(dice, nested)
        words = english(sentence)
        if shortest <= len(words) <= longest and " ".join(words) not in seen:
            seen.add(" ".join(words))
            pairs.append((words, french(sentence)))
    return pairs


def think(dice: Dice, nested: int = 1) -> Sentence:
    """Think of a sentence, with clauses about a subject or an object up to a depth."""
    some: tuple[Phrase, ...] = (_phrase(dice, ("person", "animal"), nested),)
    if dice.chance(0.2):
        some += (_phrase(dice, ("person", "animal"), nested - 1),)
    return Sentence(some, _clause(dice, nested))


def _phrase(dice: Dice, kinds: Sequence[str], nested: int, denied: bool = False) -> Phrase:
    noun = dice.pick([noun for noun in NOUNS + PLACES if noun.is_a in kinds])
    several = dice.chance(0.35) and noun.is_a != "place"
    determiner = "the" if noun.is_a == "place" else dice.pick(DETERMINERS[several])
    if denied and determiner == "two":      # "does not see two cats" is said of nobody
        determiner = "these"
    sizes, colours = FITTING[noun.is_a]
    size = dice.pick(sizes) if dice.chance(0.3) else ""
    colour = dice.pick(colours) if colours and dice.chance(0.35) else ""
    clause = None
    if nested > 0 and noun.is_a in ("person", "animal") and dice.chance(0.15):
        clause = _clause(dice, nested - 1, aside=True)
    return Phrase(noun, determiner, several, size, colour, clause)


def _clause(dice: Dice, nested: int, aside: bool = False) -> Clause:
    denied = dice.chance(0.25)
    if dice.chance(0.2):
        return Clause(mood=dice.pick(list(MOODS)), denied=denied)
    verb = dice.pick(VERBS)
    thing = _phrase(dice, verb.of, nested - 1, denied) if verb.of else None
    where, when = "", ""
    place = None
    if dice.chance(0.2 if verb.of else 0.6):
        where = dice.pick(list(WHERE))
        noun = dice.pick([noun for noun in PLACES if noun.one in WHERE[where][1]])
        place = Phrase(noun, "the", size=dice.pick(FITTING["place"][0]) if dice.chance(0.2) else "")
    if not aside and dice.chance(0.2):
        when = dice.pick(list(WHEN))
    return Clause(verb, "", denied, thing, where, place, when)


def english(sentence: Sentence) -> Words:
    """Say a sentence in English."""
    subjects = [_english_phrase(phrase) for phrase in sentence.subjects]
    words = subjects[0] if len(subjects) == 1 else [*subjects[0], "and", *subjects[1]]
    return words + _english_clause(sentence.clause, sentence.several)


def _english_phrase(phrase: Phrase) -> Words:
    noun = phrase.noun.many if phrase.several else phrase.noun.one
    words = [word for word in (phrase.size, phrase.colour, noun) if word]
    determiner = "an" if phrase.determiner == "a" and words[0][0] in "aeiou" else phrase.determiner
    aside: Words = []
    if phrase.clause:
        who = "who" if phrase.noun.is_a == "person" else "that"
        aside = [who, *_english_clause(phrase.clause, phrase.several)]
    return [determiner, *words, *aside]


def _english_clause(clause: Clause, several: bool) -> Words:
    if clause.verb is None:
        return ["are" if several else "is", *(["not"] if clause.denied else []), clause.mood]
    if clause.denied:
        words = ["do" if several else "does", "not", clause.verb.many]
    else:
        words = [clause.verb.many if several else clause.verb.one]
    words += _english_phrase(clause.object) if clause.object else []
    words += [clause.where, *_english_phrase(clause.place)] if clause.place else []
    return words + clause.when.split()


def french(sentence: Sentence) -> Words:
    """Say a sentence in French."""
    subjects = [_french_phrase(phrase) for phrase in sentence.subjects]
    words = subjects[0] if len(subjects) == 1 else [*subjects[0], "et", *subjects[1]]
    feminine = all(phrase.noun.feminine for phrase in sentence.subjects)
    return elided(words + _french_clause(sentence.clause, feminine, sentence.several))


def _french_phrase(phrase: Phrase, denied: bool = False) -> Words:
    feminine, several = phrase.noun.feminine, phrase.several
    words = [phrase.noun.des if several else phrase.noun.un]
    if phrase.size:
        words.insert(0, _before_noun(SIZES[phrase.size], words[0], feminine, several))
    if phrase.colour:
        words.append(_agreeing(COLOURS[phrase.colour], feminine, several))
    determiner = _french_determiner(phrase.determiner, words[0], feminine, several, denied)
    aside = ["qui", *_french_clause(phrase.clause, feminine, several)] if phrase.clause else []
    return [determiner, *words, *aside]


def _french_determiner(determiner: str, following: str, feminine: bool, several: bool, denied: bool) -> str:
    if determiner == "a":
        return "de" if denied else ("une" if feminine else "un")
    if determiner == "two":
        return "deux"
    if determiner == "the":
        return "les" if several else ("la" if feminine else "le")
    if several:
        return "ces"
    if feminine:
        return "cette"
    return "cet" if _begins_with_vowel(following) else "ce"


def _french_clause(clause: Clause, feminine: bool, several: bool) -> Words:
    if clause.verb is None:
        verb, rest = "sont" if several else "est", [_agreeing(MOODS[clause.mood], feminine, several)]
    else:
        verb = clause.verb.ils if several else clause.verb.il
        rest = _french_phrase(clause.object, clause.denied) if clause.object else []
        if clause.place:
            rest += [*WHERE[clause.where][0].split(), *_french_phrase(clause.place)]
        rest += WHEN[clause.when].split() if clause.when else []
    return ["ne", verb, "pas", *rest] if clause.denied else [verb, *rest]


def _agreeing(forms: Sequence[str], feminine: bool, several: bool) -> str:
    return forms[feminine + 2 * several]


def _before_noun(forms: Sequence[str], noun: str, feminine: bool, several: bool) -> str:
    """The form of an adjective that stands before its noun: vieil homme, vieux chat."""
    special = not feminine and not several and _begins_with_vowel(noun)
    return forms[4] if special else _agreeing(forms, feminine, several)


def _begins_with_vowel(word: str) -> bool:
    return word[0] in VOWELS or word in MUTE


def elided(words: Words) -> Words:
    """Shorten le, la, de and ne before a vowel, and join de with le: "le arbre" is l' arbre, "de le lac" du lac."""
    short = {"le": "l'", "la": "l'", "de": "d'", "ne": "n'"}
    out: Words = []
    for word, following in zip(words, [*words[1:], "."], strict=True):
        word = short[word] if word in short and _begins_with_vowel(following) else word
        if word == "le" and out and out[-1] == "de":
            out[-1] = "du"
        else:
            out.append(word)
    return out


def written(words: Sequence[str]) -> str:
    """Write words as a sentence: an apostrophe joins what follows it."""
    return " ".join(words).replace("' ", "'")
