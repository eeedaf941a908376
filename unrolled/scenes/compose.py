"""From a seed to a description: who is where, doing what, and what the place looks like.

Everything that a picture shows is in its description; `draw` adds nothing that a caption could mention.
"""

from __future__ import annotations

from typing import Any

from unrolled.scenes import catalogue as world
from unrolled.scenes.dice import Dice
from unrolled.scenes.pen import UNITS, Thing

Scene = dict[str, Any]
Box = tuple[float, float, float, float]

MARGIN = 4.0


def compose(seed: int) -> Scene:
    """Draw one scene from a seed; equal seeds give equal scenes on every machine."""
    dice = Dice("scene", seed)
    place = dice.weigh(world.PLACES)
    weather = dice.weigh(world.WEATHER[place])
    scene: Scene = {
        "seed": seed, "place": place, "weather": weather,
        "horizon": _horizon(dice, place),
        "sun": dice.whole(18, 142),
        "clouds": [], "things": [],
    }
    _setting(scene, dice)
    _mains(scene, dice)
    _second(scene, dice)
    SURROUNDINGS[place](scene, dice)
    _near_details(scene, dice)
    scene["things"] = [_tidy(thing) for thing in scene["things"]]
    return scene


def _horizon(dice: Dice, place: str) -> int:
    low, high = {"room": (94, 102), "beach": (52, 62), "lake": (58, 70), "street": (70, 80)}.get(
        place, (62, 78)
    )
    return dice.whole(low, high)


def _tidy(thing: Thing) -> Thing:
    tidy = {
        key: value for key, value in thing.items() if value is not None and value is not False and value != []
    }
    for key in ("x", "y", "scale"):
        tidy[key] = round(tidy[key], 3 if key == "scale" else 1)
    return tidy


# --- the place -------------------------------------------------------------------------------------


def _setting(scene: Scene, dice: Dice) -> None:
    place, weather = scene["place"], scene["weather"]
    count = {
        "sunny": dice.whole(1, 3),
        "cloudy": dice.whole(4, 5),
        "rainy": dice.whole(4, 6),
        "snowy": dice.whole(2, 4),
        "sunset": dice.whole(1, 3),
        "night": dice.whole(0, 2),
        "foggy": 0,
    }[weather]
    if place != "room":
        step = 160 / max(count, 1)
        scene["clouds"] = [
            [
                round(step * (i + 0.5) + dice.between(-12, 12), 1),
                dice.between(9, scene["horizon"] * 0.45),
                dice.between(0.7, 1.25, 2),
            ]
            for i in range(count)
        ]
    if weather in ("sunny", "rainy") and place in ("field", "park", "lake", "beach") and dice.chance(0.07):
        scene["rainbow"] = True
    if place not in ("room", "forest") and weather in ("sunny", "sunset", "cloudy") and dice.chance(0.14):
        x, y = dice.between(30, 110), dice.between(14, 40)
        scene["flock"] = [[x, y], [round(x + 11, 1), round(y - 5, 1)], [round(x + 20, 1), round(y + 3, 1)]]
    if place in ("park", "forest", "lake") and weather != "snowy" and dice.chance(0.24):
        scene["season"] = "autumn"
    {"room": _room_setting, "beach": _beach_setting, "lake": _lake_setting}.get(place, _open_setting)(
        scene, dice
    )


def _room_setting(scene: Scene, dice: Dice) -> None:
    scene["wall"] = dice.weigh(
        {
            "blue": 4, "green": 4, "yellow": 4, "pink": 3, "orange": 2, "purple": 2, "turquoise": 3,
            "gray": 2, "white": 2, "red": 1,
        }
    )
    scene["paper"] = dice.weigh({"plain": 4, "stripes": 3, "dots": 3, "panels": 2})
    scene["floor"] = dice.weigh({"wood": 4, "tiles": 1})
    if dice.chance(0.85):
        scene["window"] = dice.whole(34, 126)
        if dice.chance(0.6):
            scene["curtains"] = dice.pick(world.BRIGHT)
    if dice.chance(0.6):
        at = scene.get("window", 0)
        free = [x for x in (24, 50, 80, 110, 136) if abs(x - at) > 48] or [24 if at > 80 else 136]
        scene["print"] = [
            dice.pick(free),
            dice.whole(30, 46),
            dice.pick(("mountain", "boat", "flower", "heart", "cat")),
        ]
    if dice.chance(0.55):
        scene["rug"] = dice.pick(world.BRIGHT)


def _beach_setting(scene: Scene, dice: Dice) -> None:
    if dice.chance(0.2):
        scene["island"] = dice.whole(20, 140)
    if dice.chance(0.3):
        scene["shells"] = [
            [dice.between(10, 150), dice.between(144, 156), dice.pick(("shell", "starfish"))]
            for _ in range(dice.whole(1, 3))
        ]


def _lake_setting(scene: Scene, dice: Dice) -> None:
    if dice.chance(0.25):
        scene["lilies"] = [
            [dice.between(8, 152), dice.between(scene["horizon"] + 28, 138)] for _ in range(dice.whole(2, 4))
        ]


def _open_setting(scene: Scene, dice: Dice) -> None:
    place = scene["place"]
    if place == "street":
        scene["surface"] = dice.weigh({"asphalt": 4, "cobbles": 1})
        scene["crossing"] = scene["surface"] == "asphalt" and dice.chance(0.16)
    elif place == "field":
        scene["crop"] = dice.weigh({"grass": 7, "wheat": 2, "lavender": 0.8})
        scene["meadow"] = scene["crop"] == "grass" and dice.chance(0.3)
    elif place in ("park", "forest") and dice.chance(0.45):
        scene["path"] = dice.whole(-34, 34)
    elif place == "savanna":
        if dice.chance(0.3):
            scene["volcano"] = dice.whole(40, 120)
        scene["desert"] = dice.chance(0.25)


# --- people and what they wear ---------------------------------------------------------------------


def person(
    dice: Dice, kind: str, place: str, weather: str, act: str = "stand", item: str | None = None
) -> Thing:
    """Make somebody: look, clothes for the place and weather, what they do and hold."""
    female, child = kind in ("woman", "girl"), kind in world.CHILDREN
    who: Thing = {
        "kind": kind,
        "colour": dice.pick(world.CLOTHES),
        "act": act,
        "skin": dice.whole(0, 4),
        "hair": dice.weigh({"brown": 4, "black": 4, "blond": 3, "red": 2, "gray": 0 if child else 2}),
        "trousers": dice.whole(0, 4),
    }
    styles: dict[str, float] = (
        {"long": 3, "bob": 2, "ponytail": 3, "bun": 2, "curly": 2, "pigtails": 3 if child else 0}
        if female
        else {"short": 5, "spiky": 1.4, "curly": 1.6, "bald": 0 if child else 1}
    )
    who["hairstyle"] = dice.weigh(styles)
    if kind == "man" and dice.chance(0.34):
        who["beard"] = True
    if dice.chance(0.14):
        who["glasses"] = "dark" if place == "beach" and weather == "sunny" else "clear"
    who["top"] = "swimsuit" if act == "surf" else _top(dice, kind, place, weather)
    if who["top"] in ("dress", "tee", "shirt") and dice.chance(0.2):
        who["pattern"] = "dots"
    _headgear(dice, who, place, weather)
    if item:
        who["item"] = item
    if item or act in ("kite", "umbrella", "surf", "skate", "ski"):
        who["item_colour"] = dice.pick(world.BRIGHT)
    return who


def _top(dice: Dice, kind: str, place: str, weather: str) -> str:
    female = kind in ("woman", "girl")
    if place == "snow" or (weather == "snowy" and place != "room"):
        return dice.weigh({"coat": 5, "jacket": 3, "hoodie": 1})
    if weather == "rainy" and place != "room":
        return dice.weigh({"coat": 5, "jacket": 2, "hoodie": 1})
    if place == "beach":
        return dice.weigh(
            {"swimsuit": 5, "tee": 3, "stripes": 2, "dress": 3 if female else 0, "shorts": 1 if female else 3}
        )
    tops: dict[str, float] = {
        "shirt": 4, "tee": 4, "stripes": 3, "jacket": 3, "hoodie": 2,
        "overalls": 4 if place == "field" else 1.2,
        "dress": 6 if female else 0,
        "apron": 0.0,
    }
    return dice.weigh(tops)


def _headgear(dice: Dice, who: Thing, place: str, weather: str) -> None:
    outdoors = place != "room"
    who["hat_colour"] = dice.pick(world.BRIGHT)
    if outdoors and weather == "rainy" and who["top"] == "coat" and dice.chance(0.6):
        who["hat"], who["hat_colour"] = "hood", who["colour"]
    elif place == "snow" or (outdoors and weather == "snowy"):
        if dice.chance(0.7):
            who["hat"] = "beanie"
        if dice.chance(0.6):
            who["scarf"] = dice.pick(world.BRIGHT)
    elif dice.chance(0.3):
        choice: dict[str, dict[str, float]] = {
            "street": {"cap": 4, "top hat": 1, "beanie": 1, "ribbon": 1.6, "cowboy hat": 0.6},
            "beach": {"straw hat": 5, "cap": 3}, "field": {"straw hat": 6, "cap": 2, "cowboy hat": 3},
            "park": {"cap": 4, "straw hat": 2, "ribbon": 2, "crown": 0.6},
            "forest": {"cap": 3, "beanie": 1, "straw hat": 1}, "lake": {"straw hat": 4, "cap": 3},
            "savanna": {"straw hat": 5, "cowboy hat": 2},
            "room": {"party hat": 4, "crown": 2, "chef hat": 2.4, "ribbon": 2, "top hat": 0.8},
        }
        hat = dice.weigh(choice[place])
        if hat != "ribbon" or who["kind"] in ("woman", "girl"):
            who["hat"] = hat
    if "hat" not in who:
        del who["hat_colour"]
    elif who["hat"] != "ribbon" and who["hairstyle"] in ("bun", "spiky", "curly"):
        who["hairstyle"] = "ponytail" if who["kind"] in ("woman", "girl") else "short"
    if who.get("hat") == "hood":
        who["hairstyle"] = "short" if who["kind"] in ("man", "boy") else "bob"
    if who.get("hat") == "chef hat":
        who["top"] = "apron"


def _acting(dice: Dice, kind: str, place: str, weather: str, act: str | None = None) -> Thing:
    doings = dict(world.DOINGS[place])
    if weather == "rainy" and "umbrella" in doings:
        doings["umbrella"] *= 5
    elif "umbrella" in doings and weather in ("night", "sunset"):
        doings["umbrella"] = 0.2
    doing = act or dice.weigh(doings)
    if kind in ("man", "woman") and doing == "jump" and dice.chance(0.5):
        doing = "walk" if place != "room" else "dance"
    if doing != "item":
        return person(dice, kind, place, weather, doing)
    items = {item: weight for item, weight in world.ITEMS[place].items() if _fits(item, kind, weather)}
    item = dice.weigh(items)
    return person(dice, kind, place, weather, world.ITEM_ACT[item], item)


def _fits(item: str, kind: str, weather: str) -> bool:
    if item in ("flashlight", "lantern"):
        return weather in ("night", "foggy", "snowy")
    if item in ("teddy", "lollipop") and kind not in world.CHILDREN:
        return False
    return not (item in ("newspaper", "suitcase", "phone") and kind in world.CHILDREN)


# --- one thing -------------------------------------------------------------------------------------


def make(dice: Dice, kind: str, scene: Scene, alone: bool = True) -> Thing:
    """Make one thing of a kind as the place and weather allow, with who sits on it."""
    place, weather = scene["place"], scene["weather"]
    if kind in world.PEOPLE:
        return _acting(dice, kind, place, weather)
    thing: Thing = {
        "kind": kind,
        "colour": dice.weigh(world.COATS[kind]) if kind in world.COATS else dice.pick(world.BRIGHT),
    }
    if kind in world.ACTS:
        thing["act"] = dice.weigh(world.ACTS[kind])
    DETAILS.get(kind, _plain)(thing, scene, dice)
    if kind in world.SEATS and alone:
        chance, seats, takers = world.SEATS[kind]
        if dice.chance(chance):
            thing["with"] = _riders(dice, thing, seats, takers, scene)
    if kind == "horse" and thing.get("with") and thing["act"] == "graze":
        thing["act"] = "walk"
    return thing


def _riders(dice: Dice, thing: Thing, seats: int, takers: tuple[str, ...], scene: Scene) -> list[Thing]:
    first = dice.pick(takers)
    both = seats == 2 and first in world.PEOPLE and dice.chance(0.42)
    kinds = [first] + (
        [dice.pick(world.CHILDREN if thing["kind"] == "sled" else world.PEOPLE)] if both else []
    )
    riders = []
    for kind in kinds:
        if kind not in world.PEOPLE:
            riders.append(
                {
                    "kind": kind,
                    "colour": dice.weigh(world.COATS[kind]),
                    "act": "lie" if dice.chance(0.6) else "sit",
                }
            )
            continue
        who = person(dice, kind, scene["place"], scene["weather"], "sit")
        if thing["kind"] in ("motorcycle", "scooter", "bicycle") and dice.chance(0.6):
            who["hat"], who["hat_colour"] = "helmet", dice.pick(world.BRIGHT)
            who["hairstyle"] = "short" if kind in ("man", "boy") else "ponytail"
        if thing["kind"] in ("bench", "sofa", "armchair") and dice.chance(0.5):
            who["item"] = dice.weigh(
                {"book": 4, "cup": 2, "phone": 2, "newspaper": 2, "guitar": 1.4, "ice cream": 1.4, "teddy": 1}
                if kind not in world.CHILDREN
                else {"book": 3, "teddy": 2, "ice cream": 2, "balloon": 2, "apple": 1}
            )
            if who["item"] == "teddy" and kind not in world.CHILDREN:
                who["item"] = "book"
            who["item_colour"] = dice.pick(world.BRIGHT)
        elif thing["kind"] == "rowboat" and not riders and dice.chance(0.4):
            who["item"] = "fishing rod"
        riders.append(who)
    return riders


def _plain(thing: Thing, scene: Scene, dice: Dice) -> None:
    return


def _dog(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["ears"] = dice.weigh({"down": 3, "up": 2})
    thing["marks"] = dice.weigh(
        {"plain": 5, "spots": 1.4 if thing["colour"] in ("white", "tan", "gray") else 0, "patch": 2}
    )
    if dice.chance(0.4):
        thing["collar"] = dice.pick(world.BRIGHT)
    if thing["act"] in ("run", "jump", "stand") and dice.chance(0.36):
        thing["item"] = dice.weigh(
            {"ball": 4, "stick": 3, "frisbee": 3, "bone": 2}
            if scene["place"] != "room"
            else {"ball": 4, "bone": 3}
        )
        thing["item_colour"] = dice.pick(world.BRIGHT)


def _striped(thing: Thing, scene: Scene, dice: Dice) -> None:
    if thing["colour"] in ("orange", "gray", "brown") and dice.chance(0.6):
        thing["marks"] = "stripes"


def _car(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["marks"] = dice.weigh({"plain": 6, "taxi": 1.6, "police": 1.2, "luggage": 1.2})
    if thing["marks"] == "taxi":
        thing["colour"] = "yellow"
    elif thing["marks"] == "police":
        thing["colour"] = "black"


def _bus(thing: Thing, scene: Scene, dice: Dice) -> None:
    if thing["colour"] == "yellow":
        thing["marks"] = "school"
    elif thing["colour"] == "red" and dice.chance(0.7):
        thing["marks"] = "double"


def _marked(**marks: float) -> Any:
    def mark(thing: Thing, scene: Scene, dice: Dice) -> None:
        choice = dice.weigh(marks)
        if choice != "plain":
            thing["marks"] = choice

    return mark


def _table(thing: Thing, scene: Scene, dice: Dice) -> None:
    goods = dict(world.GOODS)
    chosen: list[str] = []
    for _ in range(dice.weigh({1: 2, 2: 5, 3: 3})):
        chosen.append(dice.weigh(goods))
        del goods[chosen[-1]]
    thing["goods"] = chosen
    if dice.chance(0.36):
        thing["cloth"] = dice.pick(world.BRIGHT)


def _train(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["wagon"] = dice.pick([colour for colour in world.BRIGHT if colour != thing["colour"]])


def _flower_patch(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["marks"] = dice.weigh({"daisies": 2, "tulips": 3, "poppies": 2, "sunflowers": 3, "lavender": 1.4})
    thing["colour"] = {
        "daisies": "white", "poppies": "red", "sunflowers": "yellow", "lavender": "purple",
    }.get(thing["marks"]) or dice.pick(("red", "yellow", "pink", "purple"))


def _duck(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["act"] = "swim" if scene["place"] == "lake" or scene.get("pond") else "stand"
    if thing["colour"] == "brown":
        thing["marks"] = "drake"


def _seasonal(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["form"] = dice.whole(0, 2)
    if scene["place"] == "snow" or scene["weather"] == "snowy":
        thing["season"] = "winter"
    elif scene.get("season"):
        thing["season"] = scene["season"]


def _tree(thing: Thing, scene: Scene, dice: Dice) -> None:
    _seasonal(thing, scene, dice)
    if "season" not in thing and scene["place"] in ("park", "field") and dice.chance(0.16):
        thing["marks"], thing["form"] = dice.pick(("apples", "blossom")), 0


def _penguin(thing: Thing, scene: Scene, dice: Dice) -> None:
    if dice.chance(0.4):
        thing["scarf"] = dice.pick(world.BRIGHT)


def _monkey(thing: Thing, scene: Scene, dice: Dice) -> None:
    if dice.chance(0.5):
        thing["item"] = "banana"


def _sailboat(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["sail"] = dice.weigh({"white": 4, "red": 2, "yellow": 1, "orange": 1, "blue": 0.6})


def _snowman(thing: Thing, scene: Scene, dice: Dice) -> None:
    thing["hat"] = dice.weigh({"top hat": 4, "beanie": 3, "straw hat": 0.6, "cap": 0.8})


def _bell(thing: Thing, scene: Scene, dice: Dice) -> None:
    if dice.chance(0.4):
        thing["collar"] = "yellow"


DETAILS: dict[str, Any] = {
    "dog": _dog, "cat": _striped, "car": _car, "bus": _bus,
    "truck": _marked(box=3, logs=1.4, sand=1.2, leaves=1),
    "table": _table, "train": _train, "flowers": _flower_patch, "duck": _duck, "tree": _tree,
    "pine": _seasonal, "birch": _seasonal, "willow": _seasonal, "bush": _seasonal, "penguin": _penguin,
    "monkey": _monkey, "sailboat": _sailboat, "snowman": _snowman, "cow": _bell,
    "deer": _marked(plain=1, antlers=1),
    "bicycle": _marked(plain=3, basket=2),
    "pig": _marked(plain=3, spots=1),
    "traffic light": _marked(red=2, green=2, yellow=1),
}


# --- where things go -------------------------------------------------------------------------------


def extent(thing: Thing) -> Box:
    """How far a thing reaches left, right and up from where it stands, in local units, and below it."""
    wide, high = world.SIZE[thing["kind"]]
    left, right, below = wide / 2, wide / 2, 2.0
    kind, act, item = thing["kind"], thing.get("act"), thing.get("item")
    if kind in world.PEOPLE:
        small = 0.72 if kind in world.CHILDREN else 1.0
        reach = {
            "kite": (44, 78), "umbrella": (22, 62), "fishing rod": (34, 50), "balloon": (20, 70),
            "balloons": (22, 72), "flag": (28, 56), "racket": (24, 62), "bat": (25, 60),
            "frisbee": (26, 56), "ball": (24, 62), "guitar": (28, 54), "trumpet": (28, 54),
            "shovel": (24, 54), "broom": (26, 54), "watering can": (26, 54),
        }.get(act if act in ("kite", "umbrella") else item or "", (18 if item else 12, high))
        right, high = (
            max(right, reach[0] * (0.86 if small < 1 else 1)),
            max(high, reach[1] * (0.84 if small < 1 else 1)),
        )
        left = 20.0 if act in ("surf", "skate", "ski", "dance", "run") else left
        right = max(right, 22.0) if act in ("surf", "skate", "ski", "run", "dance") else right
        if thing.get("hat") in ("party hat", "top hat", "chef hat", "crown"):
            high = max(high, world.SIZE[kind][1] + 9)
        if act == "surf":
            left, right, below = 31.0, 31.0, 8.0
        elif act == "skate":
            below = 4.0
        elif act == "jump" or act == "cheer":
            high += 5
    elif thing.get("with"):
        seat = {
            "horse": 36, "bicycle": 25, "motorcycle": 20, "scooter": 20, "rowboat": 6, "canoe": 4,
            "sled": 8, "bench": 12, "sofa": 16, "armchair": 16, "rocking horse": 21, "picnic": 4,
            "piano": 12, "elephant": 56, "biplane": 2,
        }.get(kind)
        if seat is not None:
            tall = max(
                (32 if who["kind"] in ("boy", "girl") else 40) if who["kind"] in world.PEOPLE else 28
                for who in thing["with"]
            )
            high = max(high, seat + tall)
        if kind == "picnic":
            left = right = 46.0
        if kind in ("rowboat",) and thing["with"][0].get("item"):
            right, high = 42.0, 52.0
        if kind == "piano":
            below = 8.0
    elif kind == "bus" and thing.get("marks") == "double":
        high = 68.0
    elif kind in ("plane", "biplane", "helicopter"):
        below = 22.0
    if kind == "bird" and act == "fly":
        high, below = 18.0, 6.0
    if kind == "seagull" and act == "fly":
        left = right = 25.0
    if kind == "elephant" and act == "spray":
        high, right = max(high, 78.0), 56.0
    return left, right, high, below


def box_of(thing: Thing) -> Box:
    """The thing's box in the picture: left, top, right, bottom."""
    left, right, up, below = extent(thing)
    if thing.get("flip"):
        left, right = right, left
    s = thing["scale"]
    return thing["x"] - left * s, thing["y"] - up * s, thing["x"] + right * s, thing["y"] + below * s


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)


def _outside(box: Box) -> float:
    return (
        max(0.0, MARGIN - box[0])
        + max(0.0, box[2] - UNITS + MARGIN)
        + max(0.0, MARGIN - 1 - box[1])
        + max(0.0, box[3] - UNITS + 2)
    )


def _keep_inside(thing: Thing) -> None:
    left, _, right, _ = box_of(thing)
    if right - left > UNITS - 2 * MARGIN:
        thing["scale"] *= (UNITS - 2 * MARGIN) / (right - left)
        left, _, right, _ = box_of(thing)
    thing["x"] += max(0.0, MARGIN - left) - max(0.0, right - UNITS + MARGIN)
    top = box_of(thing)[1]
    if top < 3:
        thing["y"] += 3 - top
    bottom = box_of(thing)[3]
    if bottom > UNITS - 2:
        thing["y"] -= bottom - UNITS + 2


def _main_scale(things: list[Thing], share_wide: float, share_high: float) -> float:
    wide = sum(extent(thing)[0] + extent(thing)[1] for thing in things) * (0.92 if len(things) > 1 else 1)
    high = max(extent(thing)[2] for thing in things)
    return min(share_wide * UNITS / wide, share_high * UNITS / high, 2.9)


def _ground(kind: str, scene: Scene, dice: Dice, act: str | None = None) -> float:
    """The height at which a main thing of this kind stands, floats or flies."""
    horizon, place = scene["horizon"], scene["place"]
    if kind in world.ALOFT or act == "fly":
        return dice.between(50, 84)
    if kind == "train":
        return dice.between(max(horizon + 26, 116), 132)
    if scene.get("tide"):
        return dice.between(124, 134)
    if place == "lake" and (kind in world.AFLOAT or act == "swim"):
        return dice.between(118, 138)
    if place == "street" and kind in ("car", "bus", "truck", "fire engine"):
        return dice.between(134, 146)
    if place == "room" and kind in ("bookshelf", "stove", "aquarium", "piano"):
        return dice.between(horizon + 8, horizon + 16)
    if place == "room" and kind in ("sofa", "bed", "armchair", "table"):
        return dice.between(128, 142)
    return dice.between(140, 153)


def _mains(scene: Scene, dice: Dice) -> None:
    kind = dice.weigh(world.MAIN[scene["place"]])
    if scene["weather"] in ("rainy", "night", "foggy") and kind in (
        "hot air balloon", "butterfly", "biplane", "picnic", "parasol", "sandcastle",
    ):
        kind = dice.weigh(world.MAIN[scene["place"]])
    count = _how_many(kind, dice)
    if kind == "duck" and scene["place"] == "park":
        scene["pond"] = dice.whole(50, 110)
    things = [make(dice, kind, scene, alone=count == 1)]
    lead = things[0]
    if kind in world.PEOPLE and count > 1:
        shared = (
            lead["act"]
            if "item" not in lead
            else dice.pick(("walk", "run", "wave", "dance"))
            if scene["place"] != "lake"
            else "wave"
        )
        kinds = [kind, *(dice.pick((kind, *world.PEOPLE)) for _ in range(count - 1))]
        things = [_acting(dice, k, scene["place"], scene["weather"], shared) for k in kinds]
    else:
        for _ in range(count - 1):
            other = make(dice, kind, scene, alone=False)
            if "act" in lead:
                other["act"] = lead["act"]
            things.append(other)
    if (
        scene["place"] == "lake"
        and kind not in world.AFLOAT
        and kind not in world.ALOFT
        and lead.get("act") not in ("swim", "fly")
    ):
        scene["bank"] = dice.whole(26, 34)
    if scene["place"] == "beach" and (kind in world.AFLOAT or lead.get("act") == "surf"):
        scene["tide"] = True
        scene.pop("shells", None)
    _place_mains(scene, things, dice)


def _how_many(kind: str, dice: Dice) -> int:
    if kind in world.HERDS:
        return dice.weigh({1: 5, 2: 4, 3: 3, 4: 1.4, 5: 1})
    if kind in world.FLOCKS:
        return dice.weigh({1: 7, 2: 3, 3: 1.4, 4: 0.4})
    if kind in world.PEOPLE:
        return dice.weigh({1: 8, 2: 1.8, 3: 0.8})
    return 1


def _place_mains(scene: Scene, things: list[Thing], dice: Dice) -> None:
    count, kind = len(things), things[0]["kind"]
    airborne = kind in world.ALOFT or things[0].get("act") == "fly"
    rows = [things] if count < 4 else [things[::2], things[1::2]]
    share_high, share_wide = _share(kind, count, scene)
    scale = min(_main_scale(row, share_wide, share_high) for row in rows) * dice.between(0.9, 1.0, 2)
    flip = dice.chance(0.5)
    base = _ground(kind, scene, dice, things[0].get("act"))
    for number, row in enumerate(rows):
        size = scale * (0.84 if number else 1.0)
        widths = [(extent(thing)[0] + extent(thing)[1]) * size for thing in row]
        left = (UNITS - sum(widths) * (0.96 if count > 1 else 1)) / 2 + (
            dice.between(-16, 16) if len(row) == 1 else 0
        )
        for i, thing in enumerate(row):
            drop = 0.0 if count == 1 else dice.between(-9, 4) - 24 * number
            thing["flip"] = (
                bool(i)
                if count == 2 and kind in world.PEOPLE
                else flip != (count == 2 and i == 1 and dice.chance(0.3))
            )
            thing["scale"] = size
            reach = extent(thing)
            thing["x"] = left + (reach[1] if thing["flip"] else reach[0]) * size
            left += widths[i] * 0.96
            thing["y"] = base + drop
            if airborne:
                thing["y"] = base + reach[2] * size * 0.3 + (dice.between(-16, 16) if count > 1 else 0)
            if kind == "hot air balloon":
                thing["y"] = min(148.0, base + 44) + drop * 2
            thing["role"] = "main"
            _keep_inside(thing)
            scene["things"].append(thing)


SMALL = (
    "butterfly", "bird", "crab", "frog", "squirrel", "turtle", "hen", "duck", "rabbit", "owl", "seagull",
    "cat", "dog",
)
TALL = ("giraffe", "lighthouse", "hot air balloon", "sailboat", "windmill")


def _share(kind: str, count: int, scene: Scene) -> tuple[float, float]:
    """How much of the picture's height and width the main things may take."""
    if kind == "picnic":
        return 0.6, 0.95
    high = 0.46 if kind in SMALL else 0.74 if kind in TALL else 0.62
    if count == 1:
        return high, 0.5 if kind in SMALL else 0.94 if kind == "train" else 0.72
    return high, 0.84 if count == 2 else 0.95


def _depth(scene: Scene, y: float) -> float:
    return y - scene["horizon"] + 34


def _second(scene: Scene, dice: Dice) -> None:
    """A second thing to talk about, beside, behind or before the main one."""
    mains = [thing for thing in scene["things"] if thing["role"] == "main"]
    if not dice.chance(0.66 if len(mains) < 3 else 0.3):
        return
    kinds = {k: w for k, w in world.SECOND[scene["place"]].items() if k not in {m["kind"] for m in mains}}
    if scene.get("tide"):
        kinds = {
            k: w
            for k, w in {"sailboat": 3.0, "ship": 2.0, "dolphin": 2.0, "seagull": 3.0, "buoy": 2.0}.items()
            if k != mains[0]["kind"]
        }
    kind = dice.weigh(kinds)
    if kind in ("duck",) and scene["place"] == "park" and not scene.get("pond"):
        kind = "bird"
    thing = make(dice, kind, scene)
    if scene.get("tide") and kind == "seagull":
        thing["act"] = "fly"
    thing["flip"] = dice.chance(0.5)
    thing["role"] = "second"
    if _settle(scene, thing, dice, mains):
        scene["things"].append(thing)
        if (
            kind == "dog"
            and mains[0]["kind"] in world.PEOPLE
            and mains[0].get("act") == "walk"
            and len(mains) == 1
        ):
            _leash(scene, mains[0], thing)


def _leash(scene: Scene, owner: Thing, dog: Thing) -> None:
    dog["act"], dog["flip"], dog["item"] = "walk", owner["flip"], None
    dog["collar"] = dog.get("collar") or "red"
    way = -1 if owner["flip"] else 1
    small = 0.7 if owner["kind"] in world.CHILDREN else 1.0
    hand = (owner["x"] + way * 9 * small * owner["scale"], owner["y"] - 21 * small * owner["scale"])
    neck = (dog["x"] + (-1 if dog["flip"] else 1) * 10 * dog["scale"], dog["y"] - 18 * dog["scale"])
    if abs(neck[0] - hand[0]) < 70:
        dog["leash"] = True
        scene["cord"] = [round(v, 1) for v in (*hand, *neck)]


def _settle(scene: Scene, thing: Thing, dice: Dice, mains: list[Thing]) -> bool:
    """Try places for a thing; take the one that hides least. False if none will do."""
    main, kind = mains[0], thing["kind"]
    base = min(main["scale"], 1.75)
    boxes = [box_of(other) for other in scene["things"]]
    best: tuple[float, float, float, float] | None = None
    for _ in range(28):
        y = _level(scene, thing, main, dice)
        grounded = not (kind in world.ALOFT or thing.get("act") == "fly")
        thing["scale"] = base * (
            min(1.15, _depth(scene, y) / _depth(scene, min(main["y"], 150)))
            if grounded
            else dice.between(0.7, 1.0, 2)
        )
        if kind in ("butterfly", "crab", "frog", "bird", "mushrooms", "squirrel"):
            thing["scale"] = max(thing["scale"], 0.85) * 1.15
        _, _, up, _ = extent(thing)
        thing["scale"] = min(thing["scale"], 96 / up, 84 / (extent(thing)[0] + extent(thing)[1]))
        thing["x"], thing["y"] = dice.between(12, 148), y
        box = box_of(thing)
        area = (box[2] - box[0]) * (box[3] - box[1])
        hidden = sum(
            _overlap(box, other) / min(area, (other[2] - other[0]) * (other[3] - other[1])) for other in boxes
        )
        cost = hidden + _outside(box) * 0.04
        if best is None or cost < best[0]:
            best = (cost, thing["x"], thing["y"], thing["scale"])
    assert best is not None
    cost, thing["x"], thing["y"], thing["scale"] = best
    if cost > 0.3:
        return False
    _keep_inside(thing)
    return True


def _level(scene: Scene, thing: Thing, main: Thing, dice: Dice) -> float:
    horizon, place, kind = scene["horizon"], scene["place"], thing["kind"]
    if kind in world.ALOFT or thing.get("act") == "fly":
        return dice.between(22, max(40, horizon + 14))
    if place == "beach" and kind in world.AFLOAT:
        return dice.between(horizon + 9, horizon + (50 if scene.get("tide") else 20))
    if place == "lake":
        if kind in ("dog", "frog", "reeds") and scene.get("bank"):
            return dice.between(146, 156)
        if kind == "reeds":
            return dice.between(150, 157)
        return dice.between(horizon + 22, 158 - scene.get("bank", 0) - 8)
    if place == "street" and kind in ("lamppost", "traffic light", "mailbox", "bench"):
        return dice.between(horizon + 6, horizon + 13)
    if place == "room" and kind in (
        "bookshelf", "fireplace", "clock", "fridge", "stove", "television", "piano", "lamp", "potted plant",
        "aquarium", "sofa",
    ):
        return dice.between(horizon + 4, horizon + 14)
    low = horizon + (14 if place == "room" else 42 if place == "beach" else 24)
    return dice.between(low, 155)


def add(scene: Scene, thing: Thing, x: float, y: float, scale: float, dice: Dice, role: str = "far") -> Thing:
    """Put a thing of the surroundings somewhere."""
    thing.update(x=x, y=y, scale=scale, flip=thing.get("flip", dice.chance(0.5)), role=role)
    scene["things"].append(thing)
    return thing


def _row(
    scene: Scene,
    dice: Dice,
    kinds: dict[str, float],
    y: float,
    scale: float,
    low: float = 8,
    high: float = 152,
    gap: float = 0.96,
    keep: float = 0.9,
) -> None:
    """A row of things from left to right along the horizon, with a gap here and there."""
    x = low
    while x < high:
        thing = make(dice, dice.weigh(kinds), scene, alone=False)
        size = scale * dice.between(0.88, 1.1, 2)
        wide = world.SIZE[thing["kind"]][0] * size
        if dice.chance(keep):
            add(scene, thing, x + wide / 2, y + dice.between(-1, 1.5), size, dice)
        x += wide * gap


def _scatter(
    scene: Scene,
    dice: Dice,
    places: tuple[int, ...],
    chance: float,
    kinds: dict[str, float],
    sideways: float,
    below: tuple[float, float],
    scale: tuple[float, float],
) -> None:
    """At each of some places along the horizon perhaps a thing, a little off it."""
    for x in places:
        if dice.chance(chance):
            add(
                scene,
                make(dice, dice.weigh(kinds), scene),
                x + dice.between(-sideways, sideways),
                scene["horizon"] + dice.between(*below),
                dice.between(*scale, 2),
                dice,
            )


def _holds(scene: Scene, *kinds: str) -> bool:
    return any(thing["kind"] in kinds for thing in scene["things"])


# --- surroundings ----------------------------------------------------------------------------------


def _street_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    scene["backing"] = dice.weigh({"towers": 4, "houses": 4, "shops": 5, "trees": 2})
    if scene["backing"] in ("towers", "shops"):
        x = -2.0
        while x < 162:
            w = dice.between(9, 15)
            tower: Thing = {
                "kind": "tower", "colour": "gray", "w": w,
                "h": dice.between(34, 62 if scene["backing"] == "towers" else 50),
                "form": dice.whole(0, 5),
            }
            if dice.chance(0.92):
                add(scene, tower, round(x + w, 1), horizon + 1, 1.0, dice)
            x += 2 * w + dice.between(0, 5)
    if scene["backing"] == "shops":
        x = dice.between(-10, 10)
        while x < 150:
            thing: Thing = {
                "kind": "shop",
                "colour": dice.pick(world.BRIGHT[:8]),
                "marks": dice.pick(world.SHOPS),
                "flip": False,
            }
            add(scene, thing, round(x + 24, 1), horizon + 2, 0.74, dice)
            x += 51 + (dice.between(4, 20) if dice.chance(0.2) else 0)
    elif scene["backing"] == "houses":
        _row(scene, dice, {"house": 8, "church": 0.7}, horizon + 3, 0.68, -6, 150, 1.04)
    elif scene["backing"] == "trees":
        _row(scene, dice, {"tree": 6, "birch": 2, "willow": 1}, horizon + 4, 0.72, 0, 152, 1.0)
    if scene["backing"] != "trees" and dice.chance(0.35):
        add(scene, make(dice, "tree", scene), dice.pick((14.0, 146.0)), horizon + 10, 0.66, dice)
    if dice.chance(0.3):
        add(scene, make(dice, "lamppost", scene), dice.pick((34.0, 126.0)), horizon + 12, 0.8, dice)


def _beach_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    if dice.chance(0.4) and not scene.get("tide"):
        side = dice.chance(0.5)
        palm = make(dice, "palm", scene)
        palm["flip"] = not side
        add(
            scene,
            palm,
            22 if side else 138,
            dice.between(horizon + 42, horizon + 52),
            dice.between(1.0, 1.3, 2),
            dice,
            "near",
        )
    if dice.chance(0.16) and not _holds(scene, "lighthouse"):
        add(scene, make(dice, "lighthouse", scene), dice.pick((24.0, 136.0)), horizon + 3, 0.62, dice)
    if dice.chance(0.3) and not _holds(scene, "sailboat", "ship"):
        add(
            scene,
            make(dice, dice.pick(("sailboat", "sailboat", "ship")), scene),
            dice.between(24, 136),
            horizon + dice.between(4, 9),
            dice.between(0.28, 0.4, 2),
            dice,
        )


def _snow_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    _scatter(
        scene, dice, (8, 34, 60, 100, 128, 152), 0.62, {"pine": 7, "tree": 1.4}, 8, (3, 13), (0.4, 0.72)
    )
    if dice.chance(0.26) and not _holds(scene, "cabin"):
        add(
            scene,
            make(dice, dice.pick(("cabin", "house")), scene),
            dice.pick((30.0, 130.0)),
            horizon + 12,
            0.62,
            dice,
        )
    if dice.chance(0.12):
        pine = make(dice, "pine", scene)
        pine["marks"] = "lights"
        add(scene, pine, dice.pick((22.0, 138.0)), horizon + 34, 1.0, dice, "near")


def _field_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    taken = {thing["kind"] for thing in scene["things"]}
    spots = dice.sample([26.0, 80.0, 134.0], 3)
    if dice.chance(0.36) and "barn" not in taken:
        add(scene, make(dice, "barn", scene), spots[0], horizon + 6, 0.62, dice)
    elif dice.chance(0.3):
        add(
            scene,
            make(dice, dice.weigh({"house": 3, "church": 1, "castle": 0.8}), scene),
            spots[0],
            horizon + 5,
            0.5,
            dice,
        )
    if dice.chance(0.16) and "windmill" not in taken:
        add(scene, make(dice, "windmill", scene), spots[1], horizon + 6, 0.56, dice)
    _scatter(scene, dice, (10, 50, 108, 150), 0.4, {"tree": 6, "birch": 1}, 9, (2, 9), (0.34, 0.56))
    if dice.chance(0.24) and "fence" not in taken:
        for x in (33, 99, 165):
            add(scene, {"kind": "fence", "colour": "brown", "flip": False}, x, horizon + 13, 0.8, dice)
    if dice.chance(0.2) and "haystack" not in taken:
        add(
            scene,
            make(dice, "haystack", scene),
            dice.between(20, 140),
            horizon + dice.between(14, 22),
            0.6,
            dice,
        )


def _park_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    kinds = {"tree": 7.0, "birch": 2.0, "willow": 1.4, "pine": 0.6, "bush": 2.0}
    _scatter(scene, dice, (6, 36, 66, 98, 126, 154), 0.5, kinds, 9, (3, 13), (0.56, 0.86))
    if dice.chance(0.16):
        add(scene, make(dice, "lamppost", scene), dice.pick((26.0, 134.0)), horizon + 16, 0.86, dice)
    if dice.chance(0.1):
        add(scene, make(dice, "house", scene), dice.pick((30.0, 130.0)), horizon + 2, 0.5, dice)


def _forest_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    kinds: dict[str, float] = {"pine": 6, "tree": 4, "birch": 3}
    _scatter(scene, dice, (2, 22, 44, 116, 138, 158), 0.76, kinds, 7, (4, 20), (0.86, 1.2))
    _scatter(scene, dice, (66, 94), 0.5, kinds, 8, (2, 8), (0.6, 0.8))
    if dice.chance(0.3):
        add(scene, make(dice, "bush", scene), dice.pick((18.0, 142.0)), horizon + 30, 0.8, dice, "near")


def _lake_surroundings(scene: Scene, dice: Dice) -> None:
    horizon = scene["horizon"]
    if dice.chance(0.34):
        add(scene, make(dice, "cabin", scene), dice.pick((28.0, 80.0, 132.0)), horizon + 3, 0.36, dice)
    elif dice.chance(0.1):
        add(scene, make(dice, "castle", scene), dice.pick((36.0, 124.0)), horizon + 2, 0.42, dice)
    if scene.get("bank") and dice.chance(0.5):
        add(
            scene,
            make(dice, "reeds", scene),
            dice.pick((12.0, 148.0)),
            158 - scene["bank"] + 6,
            0.9,
            dice,
            "near",
        )


def _savanna_surroundings(scene: Scene, dice: Dice) -> None:
    kinds: dict[str, float] = (
        {"cactus": 5, "palm": 2, "rock": 2} if scene.get("desert") else {"acacia": 7, "bush": 1, "rock": 1.4}
    )
    _scatter(scene, dice, (12, 48, 112, 148), 0.56, kinds, 9, (3, 14), (0.5, 0.8))


def _room_surroundings(scene: Scene, dice: Dice) -> None:
    """Furniture along the wall, where there is room for it."""
    floor = scene["horizon"]
    taken = {thing["kind"] for thing in scene["things"]}
    kinds = [
        k
        for k in ("bookshelf", "lamp", "potted plant", "clock", "fridge", "stove", "fireplace")
        if k not in taken
    ]
    for kind in dice.sample(kinds, dice.whole(0, 2)):
        thing = make(dice, kind, scene)
        thing.update(scale=0.96, y=floor + 3.0, x=dice.between(16, 144), flip=False)
        for _ in range(14):
            thing["x"] = dice.between(16, 144)
            box = box_of(thing)
            clash = sum(_overlap(box, box_of(other)) for other in scene["things"])
            window = (scene.get("window", -99) - 32, 10.0, scene.get("window", -99) + 32, 74.0)
            if clash < 260 and _overlap(box, window) < 240 and _outside(box) == 0:
                add(scene, thing, thing["x"], thing["y"], thing["scale"], dice)
                break
    if "print" in scene:
        x, y = scene["print"][:2]
        frame = (x - 16.0, y - 13.0, x + 16.0, y + 13.0)
        if any(_overlap(frame, box_of(other)) > 160 for other in scene["things"]):
            del scene["print"]


SURROUNDINGS: dict[str, Any] = {
    "street": _street_surroundings, "beach": _beach_surroundings, "snow": _snow_surroundings,
    "field": _field_surroundings, "park": _park_surroundings, "forest": _forest_surroundings,
    "lake": _lake_surroundings, "savanna": _savanna_surroundings, "room": _room_surroundings,
}

NEAR: dict[str, dict[str, float]] = {
    "field": {"flowers": 4, "rock": 1, "bush": 1, "pumpkins": 1},
    "park": {"flowers": 5, "bush": 2, "mushrooms": 0.6},
    "forest": {"mushrooms": 4, "rock": 2, "stump": 2, "flowers": 1}, "savanna": {"rock": 3},
    "beach": {"beach ball": 0.6, "rock": 0.6}, "snow": {"rock": 0.8},
}


def _near_details(scene: Scene, dice: Dice) -> None:
    """Something small in a free corner at the front."""
    kinds = NEAR.get(scene["place"])
    if not kinds or scene.get("tide") or not dice.chance(0.42):
        return
    thing = make(dice, dice.weigh(kinds), scene)
    thing["flip"], thing["scale"] = dice.chance(0.5), dice.between(0.8, 1.1, 2)
    for x in dice.sample([18.0, 142.0, 40.0, 120.0], 4):
        thing["x"], thing["y"] = x, dice.between(150, 157)
        if all(
            _overlap(box_of(thing), box_of(other)) < 60 for other in scene["things"] if other["role"] != "far"
        ):
            add(scene, thing, thing["x"], thing["y"], thing["scale"], dice, "near")
            return
