"""Five people look at a picture and each says one sentence about it.

Every speaker has a voice (how verbs are put, how many words, how fond of colours) and picks a part of the
picture to
talk about. All that is said is read off the description; one speaker in twenty errs in a count or a colour,
as
people do, and the error is returned beside the sentence so that the description can mark it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unrolled.scenes import catalogue as world
from unrolled.scenes import words
from unrolled.scenes.compose import Scene
from unrolled.scenes.dice import Dice
from unrolled.scenes.english import a, conjugated, plural
from unrolled.scenes.pen import Thing

Slip = dict[str, Any]

CAPTIONS = 5
SLIPS = 0.056  # some speakers who should err say neither a colour nor a number: 1 in 20 remain
SUGGESTED = 0.33  # how often a speaker takes the word that the picture suggests to all of its speakers
BEND_OF_SUGGESTION = 0.7

COLOURED = {
    "dog", "cat", "horse", "cow", "sheep", "pig", "goat", "hen", "duck", "swan", "rabbit", "bear", "owl",
    "bird", "butterfly", "car", "bus", "truck", "tractor", "motorcycle", "scooter", "bicycle", "train",
    "rowboat", "canoe", "ship", "biplane", "helicopter", "hot air balloon", "sled", "barn", "bench",
    "mailbox", "fence", "tent", "parasol", "deck chair", "slide", "swing", "sofa", "armchair", "piano",
    "fridge", "stove", "table", "sailboat", "bed", "lamp",
}
SIZED = {
    "little", "young", "small", "big", "large", "tall", "old", "tiny", "long", "giant", "short", "wide",
    "narrow",
}
MOTION = ("down", "through", "across", "along", "over", "past")
MOVING_ACTS = {
    "walk", "run", "skate", "ski", "drive", "rail", "sail", "soar", "fly", "swim", "ride", "row", "operate",
    "kite", "carry", "umbrella", "crawl", "peck", "jump", "dance",
}
ROAD = {"car", "bus", "truck", "fire engine"}


def captions(scene: Scene) -> tuple[list[str], list[Slip]]:
    """Say five different things about a scene, with the slips made (caption, what, said, true)."""
    said: list[str] = []
    slips: list[Slip] = []
    number = 0
    while len(said) < CAPTIONS:
        dice = Dice("caption", scene["seed"], number)
        number += 1
        errs = Dice("slip", scene["seed"], len(said)).chance(SLIPS)
        speaker = Speaker(scene, dice, errs)
        sentence = speaker.sentence()
        if sentence in said or (errs and not _slipped(speaker.slips, sentence) and number < 80):
            continue
        slips += [{"caption": len(said), **slip} for slip in speaker.slips if _slipped([slip], sentence)]
        said.append(sentence)
    return said, slips


def _slipped(slips: list[Slip], sentence: str) -> bool:
    """Whether an error was made and was not lost with a remark that the speaker left out."""
    return any(slip["said"] in sentence.split() for slip in slips)


def seen_act(thing: Thing, scene: Scene) -> str:
    """Name what a thing is doing, for things that have no act of their own as well."""
    kind = thing["kind"]
    if kind in ROAD:
        return "drive"
    if kind == "train":
        return "rail"
    if kind in ("sailboat", "ship", "rowboat", "canoe", "buoy"):
        return "sail" if kind != "buoy" else "swim"
    if kind in ("plane", "biplane", "helicopter", "hot air balloon", "butterfly"):
        return "soar" if kind != "butterfly" else "fly"
    by_kind = {
        "dolphin": "leap", "whale": "surface", "campfire": "burn", "fountain": "spout", "crab": "crawl",
        "turtle": "crawl", "frog": "sit", "hen": "peck", "owl": "cling", "squirrel": "nibble",
        "swan": "swim", "monkey": "stand", "goat": "stand", "pig": "stand",
    }
    if kind in by_kind and thing.get("act") in (None, "stand", "walk", "wave"):
        return by_kind[kind]
    if kind in ("motorcycle", "scooter", "bicycle", "tractor"):
        return "park"
    return thing.get("act") or "be"


class Speaker:
    """One voice about one scene."""

    def __init__(self, scene: Scene, dice: Dice, errs: bool) -> None:
        self.scene, self.dice, self.errs = scene, dice, errs
        self.slips: list[Slip] = []
        self.form = dice.weigh({"ing": 5.0, "is": 3.0, "plain": 1.7})
        self.fond_of_colour = dice.pick((0.08, 0.25, 0.5, 0.8))
        self.length = dice.weigh(
            {6: 0.3, 7: 0.8, 8: 1.4, 9: 1.8, 10: 2, 11: 1.7, 12: 1.3, 13: 0.9, 14: 0.6, 15: 0.4, 17: 0.25}
        )
        self.bend = dice.pick((0.75, 0.95, 1.25))
        self.mains = [t for t in scene["things"] if t["role"] == "main"]
        self.second = next((t for t in scene["things"] if t["role"] == "second"), None)

    # --- words ---------------------------------------------------------------------------------------

    def choose(self, names: str, bend: float = 0.0) -> str:
        """Choose one of the names, the first most often; or the one this picture brings to everybody's
        mind."""
        if self.dice.chance(SUGGESTED):
            return Dice("word", self.scene["seed"], names).zipf(names.split("|"), BEND_OF_SUGGESTION + bend)
        return self.dice.zipf(names.split("|"), self.bend + bend)

    def colour(self, colour: str, of: str, plain: bool = False) -> str:
        """A word for a colour (a plain one if it stands alone), or, for a speaker who errs, once a wrong
        one."""
        if self.errs and not self.slips:
            free = set(world.BRIGHT) - colours_in(self.scene, colour) or set(world.BRIGHT) - {colour}
            wrong = self.dice.pick(sorted(free))
            self.slips.append({"what": "colour", "said": wrong, "true": colour, "of": of})
            return wrong
        return colour if plain else self.choose(words.COLOUR[colour], 0.75)

    def number(self, count: int, kind: str) -> str:
        """A word for how many there are, or once a wrong one."""
        if self.errs and not self.slips:
            wrong = count + 1 if count < 3 or self.dice.chance(0.5) else count - 1
            self.slips.append(
                {"what": "count", "said": words.NUMBER_WORDS[wrong - 1], "true": count, "of": kind}
            )
            return words.NUMBER_WORDS[wrong - 1]
        word = self.choose(words.COUNT[min(count, 5)])
        if "herd" in word:
            if kind in ("sheep", "bird", "seagull", "hen", "duck", "swan", "goat"):
                return word.replace("herd", "flock")
            if kind not in ("cow", "horse", "pig", "elephant", "zebra", "giraffe", "camel", "deer"):
                return "several"
        return "two" if word == "both" else word

    def determined(self, noun: str) -> str:
        """The noun with its article; now and then definite, or one."""
        way = self.dice.weigh({"a": 20, "the": 1.6, "one": 0.4})
        return a(noun) if way == "a" else f"{way} {noun}"

    # --- nouns ---------------------------------------------------------------------------------------

    def noun(self, thing: Thing, seat: str | None = None) -> str:
        """A bare name of a thing: a plain one, one a detail earns, or what its doing makes of a person."""
        kind = thing["kind"]
        if kind == "flowers":
            return self.choose(words.FLOWERS[thing["marks"]])
        if kind == "shop":
            return self.choose(words.SHOPS[thing["marks"]])
        roles = self._roles(thing, seat)
        if roles and self.dice.chance(0.2 if not seat else 0.24):
            return self.choose(self.dice.pick(roles))
        earned = [
            names for (k, key, value), names in words.EARNED.items() if k == kind and thing.get(key) == value
        ]
        if earned and self.dice.chance(0.26):
            return self.choose(self.dice.pick(earned))
        return self.choose(words.KIND[kind], 0.15)

    def _roles(self, thing: Thing, seat: str | None) -> list[str]:
        if thing["kind"] not in world.PEOPLE:
            return []
        keys = [
            f"act {thing.get('act')}", f"item {thing.get('item')}", f"hat {thing.get('hat')}",
            f"place {self.scene['place']} act {thing.get('act')}", f"seat {seat}",
        ]
        if thing["kind"] in ("man", "woman"):
            keys += ["hair gray" if thing.get("hair") == "gray" else "", f"top {thing.get('top')}"]
        return [words.ROLE[key] for key in keys if key in words.ROLE]

    def coloured_name(self, thing: Thing) -> str | None:
        """The colour that belongs before this thing's name, if it has one."""
        kind = thing["kind"]
        if (
            kind not in COLOURED
            or (kind == "car" and thing.get("marks") in ("taxi", "police"))
            or (kind == "bus" and thing.get("marks") == "school")
        ):
            return None
        return str(thing["colour"])

    def phrase(
        self, thing: Thing, fond: float | None = None, seat: str | None = None, traits: bool = True
    ) -> str:
        """A whole noun phrase: article, mood, colour, name, and what is worn."""
        fond = self.fond_of_colour if fond is None else fond
        noun = self.noun(thing, seat)
        colour = self.coloured_name(thing)
        if (
            colour
            and self.dice.chance(fond)
            and not any(w in noun.split() for w in words.COLOUR)
            and not noun.startswith(("yellow", "golden", "spotted", "striped", "ginger", "snowy"))
        ):
            noun = _painted(noun, self.colour(colour, thing["kind"]))
        noun = self._mood(thing, noun)
        if thing["kind"] in ("mushrooms", "reeds", "pumpkins", "toy blocks", "flowers"):
            return f"{self.choose('some|the|several', 0.8)} {noun}" if self.dice.chance(0.6) else noun
        said = self.determined(noun)
        if traits and thing["kind"] in world.PEOPLE:
            said += self._worn(thing, fond, seat)
        return said

    def _mood(self, thing: Thing, noun: str) -> str:
        person, animal = thing["kind"] in world.PEOPLE, thing["kind"] in world.ACTS
        first = noun.split()[0]
        if (
            thing["kind"] in ("man", "woman")
            and thing.get("hair") == "gray"
            and self.dice.chance(0.24)
            and first not in ("old", "elderly", "senior", "grandparent", "pensioner", "retiree")
        ):
            return f"{self.choose(words.OLD)} {noun}"
        if not self.dice.chance(0.2 if not person else 0.13) or SIZED & set(noun.split()):
            return noun
        mood = self.choose(
            words.MOOD_PERSON if person else words.MOOD_ANIMAL if animal else words.MOOD_THING, -0.3
        )
        if person and thing["kind"] in world.CHILDREN and mood in ("slender", "dapper", "handsome"):
            mood = "cute"
        return (
            noun
            if mood.split()[0] in noun or (mood == "young" and thing.get("hair") == "gray")
            else f"{mood} {noun}"
        )

    def _worn(self, who: Thing, fond: float, seat: str | None = None) -> str:
        """Clothes, hat, hair, as far as this speaker cares."""
        parts: list[str] = []
        if seat != "bed" and self.dice.chance(0.06 + fond * 0.5):
            parts.append(self._clothes(who))
        if seat == "bed" or (len(parts) and not self.dice.chance(0.25)):
            return "".join(parts)
        joint = " and" if parts else ""
        chance = self.dice.chance
        if who.get("hat") and chance(0.34):
            hat = self.choose(words.HAT[who["hat"]], 0.2)
            paint = (
                who["hat_colour"]
                if who["hat"] in ("cap", "beanie", "helmet", "ribbon", "hood", "party hat")
                and chance(fond)
                and not {"white", "black", "wool", "golden"} & set(hat.split())
                else None
            )
            hat = _painted(hat, self.colour(paint, who["hat"])) if paint else hat
            parts.append(f"{joint or self.choose(' wearing| in| with', -0.4)} {a(hat)}")
        elif who.get("scarf") and chance(0.3):
            scarf = a(f"{self.colour(who['scarf'], 'scarf')} scarf") if chance(fond) else "a scarf"
            parts.append(f"{joint or self.choose(' wearing| in| with', -0.4)} {scarf}")
        elif who.get("beard") and chance(0.2):
            parts.append(f"{joint or ' with'} {self.choose(words.FACE['beard'])}")
        elif who.get("glasses") and chance(0.34):
            glasses = self.choose(words.FACE[who["glasses"]])
            parts.append(f"{joint or self.choose(' wearing| with| in', -0.4)} {glasses}")
        elif not who.get("hat") and chance(0.09):
            hair = (
                words.HAIRSTYLE[who["hairstyle"]]
                if chance(0.6) or who["hairstyle"] == "bald"
                else words.HAIR[who["hair"]]
            )
            parts.append(f"{joint or ' with'} {self.choose(hair)}")
        elif (
            chance(0.03)
            and who.get("top") in ("shirt", "tee", "stripes", "jacket", "hoodie")
            and seat is None
        ):
            trousers = self.choose(words.TROUSERS[who.get("trousers", 0)])
            parts.append(f"{joint or self.choose(' wearing| in', -0.4)} {trousers}")
        return "".join(parts)

    def _clothes(self, who: Thing) -> str:
        top = who.get("top", "shirt")
        names = words.SWIM_TRUNKS if top == "swimsuit" and who["kind"] in ("man", "boy") else words.TOP[top]
        cloth = self.choose(names)
        if who.get("pattern") == "dots" and self.dice.chance(0.5):
            cloth = f"{self.choose(words.DOTTED)} {cloth}"
        way = self.dice.weigh({"in a": 5, "wearing a": 5, "in colour": 2, "dressed in": 0.7})
        worn = cloth.split(" and ")[0]
        if way in ("in colour", "dressed in") and top not in ("overalls", "apron", "shorts", "swimsuit"):
            how = "in" if way == "in colour" else self.choose("dressed in|wearing|clad in")
            return f" {how} {self.colour(who['colour'], worn, plain=True)}"
        said = _painted(cloth, self.colour(who["colour"], worn)) if self.dice.chance(0.86) else cloth
        said = (
            said
            if "trunks" in said or cloth in ("shorts", "board shorts", "swim wear", "swimwear")
            else a(said)
        )
        return f" {'in' if way == 'in a' else self.choose('wearing|dressed in|sporting')} {said}"

    def item(self, who: Thing, item: str | None = None) -> str:
        """What somebody holds, as a noun phrase."""
        item = item or who["item"]
        name = self.choose(words.ITEM[item])
        if (
            item in words.COLOURED_ITEMS
            and self.dice.chance(self.fond_of_colour * 0.8)
            and name.split()[0]
            not in ("striped", "colorful", "hot", "steaming", "frosted", "cup", "black", "swirly")
        ):
            painted = _painted(name, self.colour(who.get("item_colour", "red"), item))
            return (
                painted
                if (item == "skis" and name in ("skis", "long skis")) or name in words.MASS_ITEMS
                else a(painted)
            )
        if (
            name.startswith("three")
            or name in words.MASS_ITEMS
            or name
            in (
                "field glasses", "black binoculars", "colorful balloons", "party balloons", "long skis",
                "spyglasses",
            )
        ):
            return name
        return a(name)

    def crowd(self) -> str:
        """Several main things together."""
        things, count = self.mains, len(self.mains)
        kinds = {thing["kind"] for thing in things}
        if kinds <= set(world.PEOPLE):
            return self._company(kinds, count)
        thing = things[0]
        noun = self.choose(words.KIND[thing["kind"]], 0.8)
        shared = len({t["colour"] for t in things}) == 1
        colour = self.coloured_name(thing)
        if colour and shared and self.dice.chance(self.fond_of_colour):
            noun = f"{self.colour(colour, thing['kind'])} {noun}"
        elif self.dice.chance(0.13):
            moods = words.MOOD_ANIMAL if thing["kind"] in world.ACTS else words.MOOD_THING
            noun = f"{self.choose(moods, -0.2)} {noun}"
            noun = (
                noun.replace("lone ", "")
                .replace("single ", "")
                .replace("solitary ", "")
                .replace("lonesome ", "")
            )
        return f"{self.number(count, thing['kind'])} {plural(noun)}"

    def _company(self, kinds: set[str], count: int) -> str:
        if (self.errs and not self.slips) or self.dice.chance(0.5):
            name = {
                frozenset(("man",)): "man",
                frozenset(("woman",)): "woman",
                frozenset(("boy",)): "boy",
                frozenset(("girl",)): "girl",
            }.get(frozenset(kinds))
            name = name or ("child" if kinds <= set(world.CHILDREN) else "person")
            return f"{self.number(count, 'people')} {plural(name)}"
        if count == 2 and kinds == {"man", "woman"}:
            return self.choose("a man and a woman|a couple|two people|a man and woman")
        if count == 2 and len(kinds) == 2:
            first, other = self.mains
            one, two = (self.choose(words.KIND[thing["kind"]]) for thing in (first, other))
            return f"{self.determined(one)} and {a(two)}"
        if kinds <= set(world.CHILDREN):
            return self.choose(
                {
                    2: "two children|two kids|two friends|a pair of kids|two young children|two playmates",
                    3: "three children|a group of kids|three kids|some children|three friends",
                }[count]
            )
        if count == 3 and kinds & set(world.CHILDREN):
            return self.choose("a family|three people|a group of people|some people|a happy family")
        return self.choose(
            {
                2: "two people|two friends|a pair of friends|two adults|a couple of friends|two companions",
                3: "three people|a group of people|three friends|a group of friends|some people",
            }[count]
            if not kinds & set(world.CHILDREN) or count == 3
            else "two people|two friends|a parent and child|a grownup and a child"
        )

    # --- verbs ---------------------------------------------------------------------------------------

    def verb(self, phrase: str, many: bool) -> str:
        """Put a verb phrase in this speaker's form; = marks one that is a participle already."""
        if phrase.startswith("="):
            return f"{'are ' if many else 'is '}{phrase[1:]}" if self.form != "ing" else phrase[1:]
        return conjugated(phrase, self.form, many)

    def doing(self, thing: Thing, many: bool = False) -> tuple[str, bool]:
        """What a thing does, as a verb phrase, and whether it gets anywhere by it."""
        act = seen_act(thing, self.scene)
        if thing.get("item") and thing["kind"] == "dog" and self.dice.chance(0.8):
            carried = self.item(thing)
            phrase = self.choose(words.FETCH if act in ("run", "jump") else words.KEEP)
            mouth = (
                self.choose(words.MOUTH)
                if self.dice.chance(0.4) and phrase.split()[0] in ("carry", "hold", "have")
                else ""
            )
            return self.verb(phrase.replace("{}", carried) + mouth, many), True
        if thing["kind"] == "monkey" and thing.get("item") and self.dice.chance(0.6):
            return self.verb(self.choose(words.BANANA).replace("{}", self.item(thing)), many), False
        phrase = self.choose(words.ACT[act], 0.6 if self.form == "plain" or many else 0.0)
        if "{}" in phrase:
            gear = {
                "kite": "kite", "umbrella": "umbrella", "surf": "surfboard", "skate": "skateboard",
                "ski": "skis",
            }.get(act)
            if many:
                phrase = {
                    "kite": "fly kites", "umbrella": "hold umbrellas", "surf": "surf",
                    "skate": "ride skateboards", "ski": "ski",
                }.get(act, "stand")
            else:
                phrase = phrase.replace("{}", self.item(thing, gear))
        if act == "be" and self.dice.chance(0.3):
            phrase = "=" + self.choose(words.PLACED)
        if act == "park" and self.dice.chance(0.6):
            phrase = "=" + self.choose(words.PARKED)
        if act in ("drive", "rail") and self.dice.chance(0.14):
            phrase = "=" + self.choose(words.HALTED)
        if act == "fish" and phrase.startswith("shovel"):
            phrase = "fish"
        moving = act in MOVING_ACTS
        if self.dice.chance(0.09) and (thing["kind"] in world.PEOPLE or thing["kind"] in world.ACTS):
            phrase += " " + self.choose(words.ADVERB, -0.5).replace(
                "outside", "outside" if self.scene["place"] != "room" else "quietly"
            )
        return self.verb(phrase, many), moving

    def riding(self, mount: Thing) -> tuple[str, str, bool]:
        """Who sits on a thing, and how that is said: subject, verb phrase, whether it moves."""
        riders, kind = mount["with"], mount["kind"]
        many = len(riders) > 1
        subject = self._riders(riders, kind)
        vehicle = self.phrase(mount, self.fond_of_colour * 0.8, traits=False)
        if riders[0]["kind"] not in world.PEOPLE:
            verb = words.SLEEPING if riders[0]["act"] == "lie" else words.RESTING
            return subject, self.verb(f"{self.choose(verb)} on {vehicle}", many), False
        phrase = self.choose(words.RIDE[kind]).replace("{}", vehicle)
        held = riders[0].get("item")
        if held == "fishing rod":
            phrase = self.choose(words.FISHING).replace("{}", vehicle)
        elif held and self.dice.chance(0.62) and not many:
            phrase += (
                " "
                + self.choose("with {}|holding {}|and holding {}", -0.3).replace("{}", self.item(riders[0]))
                if not (held in ("book", "newspaper") and self.dice.chance(0.6))
                else f" {self.choose('reading|and reading|while reading')} {self.item(riders[0])}"
            )
            phrase = phrase.replace("and holding", "holding") if self.form != "ing" else phrase
        return (
            subject,
            self.verb(phrase, many),
            kind
            in (
                "bicycle", "motorcycle", "scooter", "horse", "tractor", "rowboat", "canoe", "sled",
                "biplane", "hot air balloon",
            ),
        )

    def _riders(self, riders: Sequence[Thing], seat: str) -> str:
        if len(riders) == 1:
            return self.phrase(riders[0], seat=seat)
        kinds = {rider["kind"] for rider in riders}
        if (self.errs and not self.slips) or self.dice.chance(0.34):
            return f"{self.number(2, 'people')} {'children' if kinds <= set(world.CHILDREN) else 'people'}"
        if self.dice.chance(0.5):
            one = self.phrase(riders[0], self.fond_of_colour * 0.4, seat)
            return f"{one} and {self.phrase(riders[1], 0.0, seat)}"
        if kinds == {"man", "woman"}:
            return self.choose("a couple|a man and a woman|two people")
        return self.choose(
            "two children|two kids|two friends|a pair of kids"
            if kinds <= set(world.CHILDREN)
            else "two people|two friends|a pair of people|a pair of friends"
        )

    # --- places and remarks --------------------------------------------------------------------------

    def place(self, thing: Thing, moving: bool) -> str:
        """Where the thing is, in words that suit standing or moving."""
        place, act = self.scene["place"], seen_act(thing, self.scene)
        afloat = (place in ("lake", "beach") and thing["kind"] in world.AFLOAT) or act in ("swim", "surf")
        if act in ("fly", "soar"):
            names = words.PLACE["air"] if self.dice.chance(0.45) else words.OVER[place]
        elif afloat:
            names = words.PLACE[f"water {place}"] if f"water {place}" in words.PLACE else words.PLACE[place]
        elif place == "room":
            names = words.PLACE[self._room()]
        else:
            names = words.PLACE["desert" if self.scene.get("desert") else place]
        if not moving:
            names = "|".join(
                name for name in names.split("|") if name.split()[0] not in MOTION or act == "fly"
            )
        if thing["kind"] == "train":
            names = "|".join(
                name for name in names.split("|") if name.split()[0] in ("through", "across", "in", "past")
            )
        return self.choose(names, -0.35)

    def _room(self) -> str:
        kinds = {thing["kind"] for thing in self.scene["things"]}
        if "bed" in kinds:
            return "bedroom"
        return (
            "kitchen"
            if kinds & {"stove", "fridge"} and not kinds & {"sofa", "piano"} and self.dice.chance(0.7)
            else "room"
        )

    def weather(self) -> str:
        scene = self.scene
        if scene["place"] == "room":
            return self.choose(words.WINDOW_WEATHER[scene["weather"]]) if scene.get("window") else ""
        return self.choose(words.WEATHER[scene["weather"]], -0.6)

    def remark(self) -> str:
        """Something about the surroundings."""
        options = surroundings(self.scene)
        if not options:
            return ""
        key = self.dice.pick(options)
        text = self.choose(words.REMARK[key], -0.5)
        if "{flowers}" in text:
            patch = next(t for t in self.scene["things"] if t["kind"] == "flowers" and t["role"] != "main")
            text = text.replace("{flowers}", self.choose(words.FLOWERS[patch["marks"]]))
        if "{colour}" in text:
            text = _articled(text, self.colour(remark_colour(key, self.scene), key))
        return text

    def trait(self, thing: Thing) -> str:
        """Something about the main thing itself."""
        options = traits(thing)
        if not options:
            return ""
        key = self.dice.pick(options)
        text = self.choose(words.TRAIT[key], -0.4)
        if "{hat}" in text:
            text = text.replace("{hat}", self.choose(words.HAT[thing["hat"]]))
        if "{colour}" in text:
            text = _articled(text, self.colour(trait_colour(key, thing), key))
        return text

    def beside(self, single: bool = True) -> str:
        """The second thing, from where the main one is."""
        if self.second is None:
            return ""
        other, main = self.second, self.mains[0]
        name = self._second_name(other)
        kind = other["kind"]
        if kind in world.ALOFT or seen_act(other, self.scene) == "fly":
            return (
                f"{self.choose('with|below|under|beneath', 0.2)} {name}"
                if self.dice.chance(0.5)
                else f"while {name} {conjugated(self.choose(words.PASS), 'plain', False)}"
            )
        deeper, nearer = other["y"] < main["y"] - 16, other["y"] > main["y"] + 9
        if deeper and self.dice.chance(0.34):
            return f"with {name} {self.choose(words.BEHIND)}"
        if nearer and self.dice.chance(0.3):
            return f"with {name} {self.choose(words.FRONT)}"
        if kind in world.ACTS and self.dice.chance(0.16) and main["kind"] not in ("hot air balloon",):
            return f"while {name} {conjugated(self.choose(words.WATCH), 'plain', False)}"
        return f"{self.choose(words.NEARBY, -0.1)} {name}"

    def _second_name(self, other: Thing) -> str:
        if other.get("with") and self.dice.chance(0.5):
            rider = other["with"][0]
            if rider["kind"] in world.PEOPLE and other["kind"] in ("bicycle", "scooter", "horse", "sled"):
                return f"{self.phrase(rider, 0.1, traits=False)} on {self.phrase(other, 0.2, traits=False)}"
        name = self.phrase(other, self.fond_of_colour * 0.7)
        if other.get("goods") and self.dice.chance(0.5):
            return f"{name} with {self._goods(other, 1)}"
        return name

    def _goods(self, table: Thing, most: int = 3) -> str:
        count = min(len(table["goods"]), most, self.dice.weigh({1: 4, 2: 5, 3: 2}))
        said = [self.choose(words.GOODS[good]) for good in self.dice.sample(table["goods"], count)]
        return ", ".join(said[:-1]) + f" and {said[-1]}" if count > 1 else said[0]

    # --- sentences -----------------------------------------------------------------------------------

    def sentence(self) -> str:
        """One sentence in this speaker's voice, lower case, words parted by blanks, no full stop."""
        main = self.mains[0]
        frame = self.dice.weigh(
            {
                "plain": 72, "opening": 6, "place first": 4, "setting": 7,
                "second": 8 if self.second else 0,
                "both": 5 if self.second and len(self.mains) == 1 else 0,
            }
        )
        if frame == "setting":
            return self._finish(self._setting(main), main, False, placed=True)
        if frame == "second" and self.second is not None:
            return self._about_second()
        if frame == "both" and self.second is not None and self.second["kind"] not in world.ALOFT:
            return self._both(main)
        if frame == "opening":
            self.form = "ing"
            subject, action, moving = self._core(main)
            opening = self.choose(words.OPENING, -0.7)
            opening = (
                opening.replace("there is", "there are")
                .replace("here is", "here are")
                .replace("this is", "these are")
                if len(self.mains) > 1 and not subject.startswith("a ")
                else opening
            )
            return self._finish(f"{opening} {subject} {action}", main, moving)
        if frame == "place first":
            where = self.place(main, False)
            self.form = "is" if self.dice.chance(0.5) else "plain"
            subject, action, moving = self._core(main)
            return self._finish(f"{where} {subject} {action}", main, moving, placed=True)
        subject, action, moving = self._core(main)
        return self._finish(f"{subject} {action}", main, moving)

    def _core(self, main: Thing) -> tuple[str, str, bool]:
        many = len(self.mains) > 1
        if many:
            action, moving = self.doing(main, True)
            return self.crowd(), action, moving
        if main.get("with") and self.dice.chance(0.9):
            return self.riding(main)
        subject = self.phrase(main)
        if main["kind"] == "table":
            goods = self._goods(main)
            how = self.choose(words.SET, -0.1)
            return subject, how.replace("{}", goods), False
        if main.get("leash"):
            return subject, self.verb("walk on a leash", False), True
        if (
            self.second is not None
            and self.second.get("leash")
            and main["kind"] in world.PEOPLE
            and self.dice.chance(0.75)
        ):
            return (
                subject,
                self.verb(
                    f"{self.choose(words.LEAD)} {self.phrase(self.second)}"
                    + (self.choose(" on a leash| on a lead") if self.dice.chance(0.4) else ""),
                    False,
                ),
                True,
            )
        action, moving = self.doing(main)
        return subject, action, moving

    def _setting(self, main: Thing) -> str:
        scene = self.scene
        names = words.SETTING["desert" if scene.get("desert") else scene["place"]]
        if scene["place"] == "room":
            names = {
                "bedroom": "a bedroom|a cozy bedroom|a small bedroom",
                "kitchen": "a kitchen|a small kitchen|a cozy kitchen",
            }.get(self._room(), names)
        named = self.choose(names)
        if self.dice.chance(0.22) and named.startswith("a "):
            bare = named.split(" ", 1)[1]
            mood = (
                self.choose(words.WEATHER_ADJECTIVE[scene["weather"]])
                if self.dice.chance(0.6) and scene["place"] != "room"
                else self.choose(words.PLACE_MOOD)
            )
            named = a(f"{mood} {bare}") if bare.split()[0] not in mood and mood not in bare else named
        self.form = "ing"
        subject, action, _ = self._core(main)
        return f"{named} {self.choose('with|that has|where you can see|featuring', 1.0)} {subject}" + (
            f" {action}" if self.dice.chance(0.7) else ""
        )

    def _about_second(self) -> str:
        other = self.second
        assert other is not None
        if other.get("with"):
            subject, action, _ = self.riding(other)
        elif other.get("goods"):
            subject, action = self.phrase(other), f"with {self._goods(other)}"
        else:
            subject = self.phrase(other)
            action, _ = self.doing(other)
        main = self.mains[0]
        lead = self.crowd() if len(self.mains) > 1 else self.phrase(main, self.fond_of_colour * 0.6)
        join = self.choose("near|next to|by|beside|close to", -0.1)
        if other["y"] < main["y"] - 16 and self.dice.chance(0.3):
            join = "behind"
        tail = f" {self.place(other, False)}" if self.dice.chance(0.4) else ""
        return clean(f"{subject} {action} {join} {lead}{tail}")

    def _both(self, main: Thing) -> str:
        assert self.second is not None
        first = self.phrase(main, self.fond_of_colour * 0.7)
        other = self.phrase(self.second, self.fond_of_colour * 0.5)
        order = f"{first} and {other}" if self.dice.chance(0.75) else f"{other} and {first}"
        together = seen_act(main, self.scene)
        same = together == seen_act(self.second, self.scene)
        action = ""
        if same and together in ("run", "stand"):
            phrase = self.choose("run|play|walk" if together == "run" else "stand|pose|wait")
            action = f" {conjugated(phrase, self.form, True)}"
        return self._finish(f"{order}{action}", main, False)

    def _finish(self, text: str, main: Thing, moving: bool, placed: bool = False) -> str:
        """Add where, when and what else until the speaker has said enough."""
        if not placed and self.dice.chance(0.8):
            text = f"{text} {self.place(main, moving)}"
        extras = {
            "beside": 5.0 if self.second else 0.0,
            "weather": 3.2, "remark": 4.6,
            "trait": 3.0 if len(self.mains) == 1 else 0.0,
        }
        while len(text.split()) < self.length - 2 and sum(extras.values()) > 0:
            kind = self.dice.weigh(extras)
            extras[kind] = 0.0
            more = {
                "beside": self.beside, "weather": self.weather, "remark": self.remark,
                "trait": lambda: self.trait(main),
            }[kind]()
            if kind == "beside" and self.second is not None and self.second.get("leash"):
                continue
            if more and len(text.split()) + len(more.split()) <= 18 and not _repeats(text, more):
                text = f"{text} {more}"
        return clean(text)


ALIKE = (
    {"tan", "brown", "golden", "yellow", "orange"},
    {"turquoise", "blue", "green"},
    {"red", "orange", "pink"},
)


def colours_in(value: Any, colour: str = "") -> set[str]:
    """All colours that a description names anywhere, and those that might pass for `colour`."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    named = {value} if isinstance(value, str) and value in words.COLOUR else set()
    like = [group for group in ALIKE if colour in group]
    return named.union({colour}, *like, *map(colours_in, inside)) - {""}


def _repeats(text: str, more: str) -> bool:
    """Whether a remark would say again what was said: its last word, or any long word, is there already."""
    have = set(text.split())
    return any(
        word in have
        for word in more.split()
        if len(word) > 3
        and word not in ("with", "near", "next", "under", "background", "front", "large", "beside")
    )


def _painted(noun: str, colour: str) -> str:
    """Put a colour before a noun, after a size: small red bed."""
    first, _, rest = noun.partition(" ")
    return (
        f"{first} {colour} {rest}"
        if first in SIZED and rest and not rest.startswith(("sleeved", "fashioned", "rig"))
        else f"{colour} {noun}"
    )


def _articled(text: str, colour: str) -> str:
    return text.replace("a {colour}", a(colour)).replace("{colour}", colour)


def clean(text: str) -> str:
    """Put single blanks between the words."""
    return " ".join(text.replace(" ,", ",").split())


# --- what a picture offers ---------------------------------------------------------------------------


def surroundings(scene: Scene) -> list[str]:
    """The keys of `words.REMARK` that are true of a scene, apart from its main and second things."""
    others = [t for t in scene["things"] if t["role"] in ("far", "near")]
    kinds = [t["kind"] for t in others]
    place = scene["place"]
    trees = [k for k in kinds if k in ("tree", "pine", "birch", "willow", "acacia")]
    keys: list[str] = []
    if len(trees) >= 3 and place != "savanna":
        keys.append("many trees")
    elif "tree" in kinds:
        keys.append("tree")
    for kind in (
        "pine", "palm", "birch", "willow", "acacia", "cactus", "bush", "barn", "cabin", "church", "castle",
        "windmill", "lighthouse", "haystack", "fence", "lamppost", "reeds", "mushrooms", "stump",
        "pumpkins", "flowers", "beach ball", "bookshelf", "potted plant", "lamp", "clock", "fridge",
        "stove", "fireplace",
    ):
        if kind in kinds:
            keys.append(kind)
    marks = {(t["kind"], t.get("marks")) for t in others} | {(t["kind"], t.get("season")) for t in others}
    keys += [
        key
        for key, mark in (
            ("apple tree", ("tree", "apples")), ("blossom tree", ("tree", "blossom")),
            ("christmas tree", ("pine", "lights")), ("bare tree", ("tree", "winter")),
        )
        if mark in marks
    ]
    keys += [t["marks"] for t in others if t["kind"] == "shop"][:2]
    if "rock" in kinds:
        keys.append("rocks")
    if "house" in kinds and scene.get("backing") != "houses":
        keys.append("house")
    if scene.get("backing") in ("houses", "towers", "shops"):
        keys += [scene["backing"]] * 2
    if {"sailboat", "ship"} & set(kinds):
        keys.append("sailboat far")
    keys += {
        "snow": ["mountains"], "lake": ["mountains"], "field": ["hills"],
        "beach": [] if scene.get("tide") else ["waves"],
    }.get(place, [])
    keys += [
        name
        for name in (
            "rainbow", "flock", "island", "shells", "lilies", "pond", "path", "crossing", "volcano",
            "meadow",
        )
        if scene.get(name)
    ]
    keys += [
        value
        for value in (scene.get("surface"), scene.get("crop"), scene.get("season"))
        if value in ("cobbles", "asphalt", "wheat", "lavender", "autumn")
    ]
    if place == "room":
        keys += ["wall", "wood floor" if scene.get("floor") == "wood" else "tiles floor"]
        keys += [name for name in ("window", "curtains", "print", "rug") if scene.get(name)]
        keys += [f"{scene['paper']} paper"] if scene.get("paper") in ("stripes", "dots", "panels") else []
        keys += [f"print {scene['print'][2]}"] if scene.get("print") else []
    return keys


def remark_colour(key: str, scene: Scene) -> str:
    """The colour that a remark speaks of."""
    if key in ("wall", "rug", "curtains"):
        return str(scene[key])
    return str(
        next(t["colour"] for t in scene["things"] if t["kind"] == key and t["role"] in ("far", "near"))
    )


def traits(thing: Thing) -> list[str]:
    """The keys of `words.TRAIT` that are true of a thing."""
    kind, act = thing["kind"], thing.get("act")
    always = {
        "elephant": ["tusks", "trunk"], "giraffe": ["neck"], "zebra": ["zebra stripes"], "lion": ["mane"],
        "camel": ["humps"], "snowman": ["carrot", "snow hat", "scarf"], "squirrel": ["nut"],
        "fox": ["fluffy tail"], "rabbit": ["cotton tail"], "crab": ["claws"], "turtle": ["shell"],
        "pig": ["curl"], "sheep": ["wool"], "goat": ["horns"], "hen": ["comb"], "owl": ["big eyes"],
        "penguin": ["waddle"], "whale": ["spout"], "deer": ["spotted back"], "fire engine": ["ladder"],
        "bus": ["passengers"], "train": ["wagons", "smoke"], "tractor": ["big wheels"],
        "biplane": ["propeller"], "helicopter": ["rotor"], "hot air balloon": ["balloon stripes"],
        "sofa": ["pillows"], "bed": ["cover"], "cabin": ["chimney"], "barn": ["hay window"],
        "windmill": ["blades"], "lighthouse": ["red stripes"], "castle": ["towers and flag"],
        "parasol": ["canopy"], "market stall": ["stall fruit"], "aquarium": ["swimming fish"],
        "fountain": ["water jets"], "scarecrow": ["straw"], "campfire": ["flames"], "tent": ["tent door"],
        "igloo": ["ice blocks"], "stove": ["pot"], "bookshelf": ["brackets"], "piano": ["keys"],
        "sandcastle": [],
    }
    keys = list(always.get(kind, []))
    if kind == "dog":
        keys += (
            ["collar"] * bool(thing.get("collar"))
            + ["tongue"] * (act in ("run", "jump", "sit") and not thing.get("item"))
            + ["spots dog"] * (thing.get("marks") == "spots")
            + ["asleep"] * False
        )
    elif kind == "cat":
        keys += ["striped coat"] * (thing.get("marks") == "stripes") + (
            ["asleep"] if act == "lie" else ["fur"]
        )
    elif kind == "cow":
        keys += ["bell"] * bool(thing.get("collar"))
    elif kind == "deer":
        keys += ["antlers"] * (thing.get("marks") == "antlers")
    elif kind == "penguin":
        keys += ["scarf"] * bool(thing.get("scarf"))
    elif kind in ("bird", "seagull"):
        keys += ["feathers" if act == "fly" else "perched"]
    elif kind == "monkey":
        keys += ["banana"] * bool(thing.get("item"))
    elif kind == "car":
        keys += {"luggage": ["luggage"], "taxi": ["taxi sign"], "police": ["siren"]}.get(
            thing.get("marks", ""), []
        )
    elif kind == "truck":
        keys += [thing["marks"]] if thing.get("marks") in ("logs", "sand", "leaves") else []
    elif kind == "sailboat":
        keys += ["sails" if thing["sail"] == "white" else "sail", "pennant"]
    elif kind == "bicycle":
        keys += ["basket"] * (thing.get("marks") == "basket")
    elif kind == "table":
        keys += ["cloth"] * bool(thing.get("cloth"))
    return keys


def trait_colour(key: str, thing: Thing) -> str:
    """The colour that a remark on the thing itself speaks of."""
    if key == "scarf":
        return str(thing["colour"] if thing["kind"] == "snowman" else thing["scarf"])
    return str(
        thing[{"collar": "collar", "wagons": "wagon", "sail": "sail", "cloth": "cloth"}.get(key, "colour")]
    )
