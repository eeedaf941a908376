"""Is a caption true of its picture? Written against the description alone, without the grammar's own code.

Every word of a caption must be borne by the picture: it belongs to a phrase whose concept is true there, or
it is a
word of grammar or mood. On top of that a colour must belong to the thing it is said of, and a number to its
count.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from unrolled.scenes import catalogue as world
from unrolled.scenes import words
from unrolled.scenes.english import ing, plural, third

Scene = dict[str, Any]
GRAMMAR = {
    "against", "between", "amid",
    "a", "an", "and", "are", "as", "at", "be", "being", "by", "can", "for", "from", "has", "have",
    "having", "her", "his", "in", "is", "it", "its", "near", "next", "of", "on", "one", "out", "see",
    "that", "the", "to", "up", "where", "while", "who", "with", "you",
}
GRAMMAR |= {
    "accompanied", "adjacent", "along", "alongside", "away", "back", "background", "behind", "below",
    "beneath", "beside", "cartoon", "clad", "close", "depiction", "distance", "drawing", "dressed",
    "far", "farther", "feature", "featuring", "foreground", "front", "here", "holding", "illustration",
    "image", "nearby", "not", "off", "painting", "photo", "picture", "portrait", "postcard", "rear",
    "scene", "seen", "side", "sketch", "snapshot", "some", "someone", "something", "sporting",
    "storybook", "there", "these", "this", "under", "view", "we", "wearing",
}
MOODS = {
    w
    for names in (words.MOOD_PERSON, words.MOOD_ANIMAL, words.MOOD_THING, words.ADVERB, words.PLACE_MOOD)
    for w in names.replace("|", " ").split()
}
GEAR = {"kite": "kite", "umbrella": "umbrella", "surf": "surfboard", "skate": "skateboard", "ski": "skis"}
SIZES = {
    "long", "small", "large", "big", "short", "tall", "little", "young", "giant", "wide", "narrow", "tiny",
}
PEOPLE = set(world.PEOPLE)
NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "pair": 2, "couple": 2, "duo": 2, "trio": 3,
    "quartet": 4,
}


def everything(scene: Scene) -> Iterator[dict[str, Any]]:
    """All things and those who sit on them."""
    for thing in scene["things"]:
        yield thing
        yield from thing.get("with", [])


def doing(thing: dict[str, Any]) -> set[str]:
    """The acts that may be said of a thing."""
    kind, acts = thing["kind"], {thing.get("act") or "be", "be"}
    acts |= {
        "car": {"drive"}, "bus": {"drive"}, "truck": {"drive"}, "fire engine": {"drive"}, "train": {"rail"},
        "sailboat": {"sail"}, "ship": {"sail"}, "rowboat": {"sail"}, "canoe": {"sail"}, "buoy": {"swim"},
        "plane": {"soar"}, "biplane": {"soar"}, "helicopter": {"soar"}, "hot air balloon": {"soar"},
        "butterfly": {"fly"}, "dolphin": {"leap"}, "whale": {"surface"}, "campfire": {"burn"},
        "fountain": {"spout"}, "crab": {"crawl"}, "turtle": {"crawl"}, "frog": {"sit"}, "hen": {"peck"},
        "owl": {"cling"}, "squirrel": {"nibble"}, "swan": {"swim"}, "monkey": {"stand"}, "goat": {"stand"},
        "pig": {"stand"}, "motorcycle": {"park"}, "scooter": {"park"}, "bicycle": {"park"},
        "tractor": {"park"},
    }.get(kind, set())
    return acts | ({"walk"} if thing.get("leash") else set())


def concepts(scene: Scene) -> set[str]:
    """Everything that is true of a scene, as keys."""
    true = {
        f"place {scene['place']}", f"weather {scene['weather']}", f"season {scene.get('season')}",
        f"surface {scene.get('surface')}", f"crop {scene.get('crop')}", f"backing {scene.get('backing')}",
        f"paper {scene.get('paper')}", f"floor {scene.get('floor')}",
    }
    true |= {
        name
        for name in (
            "rainbow", "flock", "island", "shells", "lilies", "pond", "path", "crossing", "volcano",
            "meadow", "window", "curtains", "rug", "print", "desert", "tide",
        )
        if scene.get(name)
    }
    if scene.get("print"):
        true.add(f"print {scene['print'][2]}")
    mains = [t for t in scene["things"] if t["role"] == "main"]
    true.add(f"mains {len(mains)}")
    for thing in everything(scene):
        kind = thing["kind"]
        true |= {
            f"kind {kind}", f"act {thing.get('act')}", f"item {thing.get('item')}",
            f"hat {thing.get('hat')}", f"top {thing.get('top')}", f"marks {thing.get('marks')}",
            f"hair {thing.get('hair')}", f"style {thing.get('hairstyle')}",
            f"glasses {thing.get('glasses')}", f"trousers {thing.get('trousers', 0)}",
        }
        true |= {f"does {act}" for act in doing(thing)} | {f"goods {good}" for good in thing.get("goods", [])}
        true |= {
            f"{kind} {key} {thing[key]}"
            for key in ("colour", "marks", "ears", "season", "act", "item", "sail", "cloth", "collar")
            if key in thing
        }
        true |= {name for name in ("beard", "scarf", "collar", "cloth", "leash") if thing.get(name)}
        true |= {
            f"{kind} has {name}" for name in ("collar", "scarf", "item", "cloth", "with") if thing.get(name)
        }
        if thing.get("act") in GEAR:
            true.add(f"item {GEAR[thing['act']]}")
        if thing.get("with"):
            true.add(f"seat {kind}")
        if kind in PEOPLE:
            true.add("person")
            true.add(f"person act {thing.get('act')}")
        if thing.get("pattern"):
            true.add("dots")
    return true


@lru_cache
def phrases() -> dict[str, set[str]]:
    """Every phrase the captions may use, with the concepts of which one must be true (joined by & if all
    must)."""
    book: dict[str, set[str]] = {}

    def put(names: str, *keys: str) -> None:
        for name in names.split("|"):
            for part in (
                name.replace("{colour}", "|").replace("{hat}", "|").replace("{flowers}", "|").split("|")
            ):
                part = part.strip()
                if part and not set(part.split()) <= GRAMMAR:
                    book.setdefault(part, set()).update(keys)

    for kind, names in words.KIND.items():
        for name in names.split("|"):
            put(name, f"kind {kind}")
            if name.split()[0] in SIZES:
                put(name.split(" ", 1)[1], f"kind {kind}")
            put(plural(name), f"kind {kind}")
    for (kind, key, value), names in words.EARNED.items():
        put(names, f"{kind} {key} {value}")
    for marks, names in (words.FLOWERS | words.SHOPS).items():
        put(names, f"marks {marks}")
    for key, names in words.ROLE.items():
        joined = key.replace(" act ", "&person act ") if key.startswith("place") else key
        put(names, joined)
    for table, prefix in (
        (words.TOP, "top"), (words.HAT, "hat"), (words.HAIR, "hair"), (words.HAIRSTYLE, "style"),
        (words.ITEM, "item"), (words.GOODS, "goods"),
    ):
        for key, names in table.items():
            put(names, f"{prefix} {key}")
    for key, names in words.TROUSERS.items():
        put(names, f"trousers {key}")
    put(words.SWIM_TRUNKS, "top swimsuit")
    for key, names in words.FACE.items():
        put(names, "beard" if key == "beard" else f"glasses {key}")
    put("scarf", "scarf")
    put("on top|top", "kind table")
    put("rosy cheeked", "person")
    for good, names in words.GOODS.items():
        put(
            "|".join(name.removeprefix("a ").removeprefix("an ") for name in names.split("|")),
            f"goods {good}",
        )
    put(words.DOTTED, "dots")
    put(words.OLD, "hair gray")
    for table, prefix in ((words.PLACE, "place"), (words.SETTING, "place"), (words.OVER, "place")):
        for key, names in table.items():
            needs = {
                "desert": "desert", "kitchen": "place room", "bedroom": "kind bed",
                "water lake": "place lake", "water beach": "place beach", "water park": "pond",
                "air": "weather " + "x",
            }.get(key, f"place {key}")
            put(names, *(("does fly", "does soar") if key == "air" else (needs,)))
            put(
                names.replace("a ", "", 1)
                if prefix == "x"
                else "|".join(n.split(" ", 1)[1] for n in names.split("|") if " " in n),
                *(("does fly", "does soar") if key == "air" else (needs,)),
            )
    put("a cozy bedroom|a small bedroom|a bedroom|cozy bedroom|small bedroom|bedroom", "kind bed")
    put(
        "a kitchen|a small kitchen|a cozy kitchen|kitchen|small kitchen|cozy kitchen", "kind stove",
        "kind fridge",
    )
    for table in (words.WEATHER, words.WEATHER_ADJECTIVE, words.WINDOW_WEATHER):
        for key, names in table.items():
            put(names, f"weather {key}")
    for act, names in words.ACT.items():
        for name in names.split("|"):
            _verb(book, name, {f"does {act}"} | ({"person act walk"} if act == "carry" else set()))
    for kind, names in words.RIDE.items():
        for name in names.split("|"):
            _verb(book, name, {f"{kind} has with"})
    for names, keys in (
        (words.FISHING, {"rowboat has with"}), (words.FETCH, {"dog has item"}),
        (words.KEEP, {"dog has item"}), (words.BANANA, {"monkey has item"}), (words.LEAD, {"leash"}),
        (words.WATCH, {"person", *(f"kind {k}" for k in world.ACTS)}),
        (words.PASS, {"does fly", "does soar"}), (words.SLEEPING, {"does lie"}),
        (words.RESTING, {"does sit"}), ("walk on a leash", {"leash"}),
        ("stand|pose|wait", {"does stand", "does be"}), ("run|play|walk", {"does run"}),
        ("fly kites", {"does kite"}), ("hold umbrellas", {"does umbrella"}),
        ("ride skateboards", {"does skate"}), ("read", {"item book", "item newspaper"}),
    ):
        for name in names.split("|"):
            _verb(book, name, keys)
    for names, keys in (
        (words.MOUTH, {"dog has item"}), (words.PLACED, {"does be"}), (words.PARKED, {"does park"}),
        (words.HALTED, {"does drive", "does rail"}), (words.SET, {"kind table"}),
        ("on a leash|on a lead|leash", {"leash"}),
    ):
        for name in names.split("|"):
            put(name.replace(" {}", ""), *keys)
            put(name.split(" {}")[0].strip(), *keys)
    for key, needed in REMARKS.items():
        put(words.REMARK[key], needed)
    for key, needed in TRAITS.items():
        put(words.TRAIT[key], *needed.split("|"))
    put(
        "two|three|four|five|six|"
        + "|".join(n for names in words.COUNT.values() for n in names.split("|"))
        + "|a herd of|flock|a flock of|whole flock of|a whole flock of|a small flock of|herd",
        "counted",
    )
    put(
        "people|friends|children|kids|adults|companions|playmates|family|couple|parent|grownup|person|"
        "men|women|boys|girls|crowd|young children|happy family|group",
        "person",
    )
    return book


def _verb(book: dict[str, set[str]], phrase: str, keys: set[str]) -> None:
    verb, _, rest = phrase.partition(" ")
    for form in (verb, ing(verb), third(verb)) if verb != "be" else ("is", "are"):
        for part in f"{form} {rest}".replace("{}", "|").split("|"):
            if part.strip() and not set(part.split()) <= GRAMMAR:
                book.setdefault(part.strip(), set()).update(keys)


REMARKS = {
    "many trees": "kind tree or pine or birch or willow or acacia", "tree": "kind tree",
    "apple tree": "tree marks apples",
    "blossom tree": "tree marks blossom", "christmas tree": "pine marks lights",
    "bare tree": "tree season winter", "houses": "backing houses", "towers": "backing towers",
    "shops": "backing shops", "sailboat far": "kind sailboat or ship", "rocks": "kind rock",
    "mountains": "place snow or lake", "hills": "place field", "autumn": "season autumn",
    "cobbles": "surface cobbles", "asphalt": "surface asphalt", "wheat": "crop wheat",
    "lavender": "crop lavender", "waves": "place beach", "wall": "place room",
    "stripes paper": "paper stripes", "dots paper": "paper dots", "panels paper": "paper panels",
    "wood floor": "floor wood", "tiles floor": "floor tiles",
    **{f"print {m}": f"print {m}" for m in ("boat", "cat", "heart", "flower", "mountain")},
    **{
        name: name
        for name in (
            "rainbow", "flock", "island", "shells", "lilies", "pond", "path", "crossing", "volcano",
            "meadow", "window", "curtains", "rug", "print",
        )
    },
    **{shop: f"marks {shop}" for shop in world.SHOPS},
    **{
        kind: f"kind {kind}"
        for kind in (
            "pine", "palm", "birch", "willow", "acacia", "cactus", "bush", "barn", "cabin", "church",
            "castle", "windmill", "lighthouse", "haystack", "fence", "lamppost", "reeds", "mushrooms",
            "stump", "pumpkins", "flowers", "beach ball", "bookshelf", "potted plant", "lamp", "clock",
            "fridge", "stove", "fireplace", "house",
        )
    },
}
TRAITS = {
    "collar": "dog has collar", "tongue": "dog act run|dog act jump|dog act sit", "bell": "cow has collar",
    "antlers": "deer marks antlers", "tusks": "kind elephant", "trunk": "kind elephant",
    "neck": "kind giraffe", "zebra stripes": "kind zebra", "mane": "kind lion", "humps": "kind camel",
    "scarf": "scarf|kind snowman", "carrot": "kind snowman", "snow hat": "kind snowman",
    "nut": "kind squirrel", "fluffy tail": "kind fox", "cotton tail": "kind rabbit", "claws": "kind crab",
    "shell": "kind turtle", "spots dog": "dog marks spots", "striped coat": "cat marks stripes",
    "asleep": "cat act lie", "fur": "kind cat", "curl": "kind pig", "wool": "kind sheep",
    "horns": "kind goat", "comb": "kind hen", "feathers": "bird act fly|seagull act fly",
    "perched": "bird act stand|seagull act stand", "big eyes": "kind owl", "waddle": "kind penguin",
    "spout": "kind whale", "banana": "monkey has item", "spotted back": "kind deer",
    "luggage": "car marks luggage", "taxi sign": "car marks taxi", "siren": "car marks police",
    "ladder": "kind fire engine", "passengers": "kind bus", "logs": "truck marks logs",
    "sand": "truck marks sand", "leaves": "truck marks leaves", "wagons": "kind train",
    "smoke": "kind train", "sail": "kind sailboat", "sails": "sailboat sail white",
    "pennant": "kind sailboat", "basket": "bicycle marks basket", "big wheels": "kind tractor",
    "propeller": "kind biplane", "rotor": "kind helicopter", "balloon stripes": "kind hot air balloon",
    "cloth": "table has cloth", "pillows": "kind sofa", "cover": "kind bed", "chimney": "kind cabin",
    "hay window": "kind barn", "blades": "kind windmill", "red stripes": "kind lighthouse",
    "towers and flag": "kind castle", "canopy": "kind parasol", "stall fruit": "kind market stall",
    "swimming fish": "kind aquarium", "water jets": "kind fountain", "straw": "kind scarecrow",
    "flames": "kind campfire", "tent door": "kind tent", "ice blocks": "kind igloo", "pot": "kind stove",
    "brackets": "kind bookshelf", "keys": "kind piano",
}


def holds(key: str, true: set[str]) -> bool:
    """Whether a concept key is true; `a&b` needs both, `kind a or b` either, `counted` is checked
    elsewhere."""
    if key == "counted":
        return True
    if "&" in key:
        return all(holds(part, true) for part in key.split("&"))
    if " or " in key:
        first, *others = key.split(" or ")
        group = first.split()[0]
        return first in true or any(f"{group} {other}" in true for other in others)
    return key in true


@lru_cache
def colour_names() -> dict[str, str]:
    """Every word for a colour and the colours it may stand for, joined by a bar."""
    names: dict[str, str] = {}
    for colour, said in words.COLOUR.items():
        for name in said.split("|"):
            names[name] = f"{names[name]}|{colour}" if name in names else colour
    return names


def painted(scene: Scene) -> dict[str, set[str]]:
    """By colour, the names that may follow it."""
    said: dict[str, set[str]] = {}

    def put(colour: str | None, names: str) -> None:
        if colour:
            bare = [n.split(" ", 1)[1] for n in names.split("|") if n.split()[0] in SIZES and " " in n]
            said.setdefault(colour, set()).update(
                name for n in [*names.split("|"), *bare] for name in (n, plural(n))
            )

    for thing in everything(scene):
        kind = thing["kind"]
        put(thing.get("colour"), words.KIND.get(kind, kind))
        for (k, key, value), names in words.EARNED.items():
            if k == kind and thing.get(key) == value:
                put(thing.get("colour"), names)
        if kind in PEOPLE:
            put(thing["colour"], words.TOP[thing.get("top", "shirt")] + "|" + words.SWIM_TRUNKS)
            put(thing.get("hat_colour"), words.HAT.get(thing.get("hat", ""), "hat"))
            put(thing.get("scarf"), "scarf")
            item = GEAR.get(thing.get("act", ""), thing.get("item"))
            if item:
                put(thing.get("item_colour", "red"), words.ITEM[item])
        elif thing.get("item"):
            put(thing.get("item_colour", "red"), words.ITEM[thing["item"]])
        put(thing.get("scarf") or (thing["colour"] if kind == "snowman" else None), "scarf|muffler")
        put(thing.get("collar"), "collar")
        put(thing.get("wagon"), "cars|carriages")
        put(thing.get("sail"), "sail|sails")
        put(thing.get("cloth"), "cloth|tablecloth|linen")
        put(
            thing.get("colour"),
            {
                "bed": "blanket|covers|bedspread|duvet", "house": "roof", "parasol": "canopy|stripes",
                "scarecrow": "shirt", "barn": "barn",
            }.get(kind, "nothing"),
        )
    put(scene.get("rug"), "rug|carpet")
    put(scene.get("curtains"), "curtains|drapes")
    put(scene.get("wall"), "wall|walls|room")
    return said


def complaints(caption: str, scene: Scene) -> list[str]:
    """What is not true, in words; empty for a true caption."""
    true, book, said = concepts(scene), phrases(), caption.replace(",", "").split()
    wrong = [*_colour_complaints(said, scene, true), *_count_complaints(said, scene)]
    reached = {0}
    for at in range(len(said)):
        if at not in reached:
            continue
        if said[at] in GRAMMAR | MOODS | SIZES:
            reached.add(at + 1)
        for end in range(at + 1, min(at + 8, len(said)) + 1):
            phrase = " ".join(said[at:end])
            if phrase in colour_names() or any(holds(key, true) for key in book.get(phrase, ())):
                reached.add(end)
    if len(said) not in reached:
        stuck = max(reached)
        wrong.append(f"{' '.join(said[stuck : stuck + 3])!r} is not true, or not known")
    return wrong


def _colour_complaints(said: list[str], scene: Scene, true: set[str]) -> list[str]:
    wrong, paints, book, at = [], painted(scene), phrases(), 0
    clothes = {who["colour"] for who in everything(scene) if who["kind"] in PEOPLE}
    while at < len(said):
        name = next(
            (" ".join(said[at : at + n]) for n in (3, 2, 1) if " ".join(said[at : at + n]) in colour_names()),
            None,
        )
        longer = [
            n for n in range(1, 8) if any(holds(k, true) for k in book.get(" ".join(said[at : at + n]), ()))
        ]
        if (
            name is None
            or (longer and max(longer) > len(name.split()))
            or (longer and max(longer) == len(name.split()) and name in ("golden", "dark"))
        ):
            at += max(longer, default=1) if longer else 1
            continue
        after = at + len(name.split())
        rest = said[after:]
        while rest[:1] and rest[0] in ("polka", "dot", "dotted", "spotted", "small", "large", "big"):
            rest = rest[1:]
        colours = colour_names()[name].split("|")
        nouns = {" ".join(rest[:n]) for n in range(1, 6)}
        fits = any(nouns & paints.get(colour, set()) for colour in colours)
        alone = (
            after >= 2 and said[at - 1] in ("in", "wearing") and any(colour in clothes for colour in colours)
        )
        tails = (
            " ".join(said[start : start + n])
            for start in range(max(0, at - 2), after)
            for n in range(after - start, 7)
        )
        another = any(holds(key, true) for tail in tails for key in book.get(tail, ()))
        if not fits and not alone and not another:
            wrong.append(f"{name} {' '.join(rest[:2])} is not there")
        at = after
    return wrong


def _count_complaints(said: list[str], scene: Scene) -> list[str]:
    mains = [t for t in scene["things"] if t["role"] == "main"]
    allowed = {len(mains)} | {len(t["with"]) for t in scene["things"] if t.get("with")}
    wrong = []
    fixed = {
        "two mugs", "two cups", "three books", "three candles", "three balloons", "three cupcakes",
        "two wings", "two humps", "two pigtails", "two humped", "two wheeler", "two story", "three fish",
        "two claws", "two cushions", "two colour", "two carriages", "three towers", "four blades",
        "pair of binoculars", "pair of skis", "pair of cups", "two bunches",
    }
    for at, word in enumerate(said):
        following = " ".join(said[at : at + 2])
        if (
            word in NUMBERS
            and NUMBERS[word] not in allowed
            and following not in fixed
            and " ".join(said[at : at + 3]) not in fixed
            and not (word == "two" and said[-1] in ("cars", "carriages") and at >= len(said) - 3)
            and not (word == "couple" and 2 in allowed)
        ):
            if word == "two" and any(w in said[at : at + 4] for w in ("cars", "carriages")):
                continue
            wrong.append(f"{following}: there are {sorted(allowed)}")
    return wrong
