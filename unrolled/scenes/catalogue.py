"""What there is in the world of the scenes, how big it is, and where it is found: data for `compose`."""


from __future__ import annotations

PLACES = {
    "street": 17, "beach": 13, "snow": 10, "field": 13, "park": 15, "forest": 10, "lake": 9, "savanna": 9,
    "room": 16,
}

WEATHER: dict[str, dict[str, float]] = {
    "street": {"sunny": 5, "cloudy": 2, "rainy": 3, "night": 3, "sunset": 2, "snowy": 0.6, "foggy": 0.8},
    "beach": {"sunny": 7, "cloudy": 2, "sunset": 3.5, "night": 0.8, "foggy": 0.5},
    "snow": {"snowy": 5, "sunny": 4, "cloudy": 1.5, "night": 1.6, "sunset": 1},
    "field": {"sunny": 6, "cloudy": 2, "rainy": 1.2, "sunset": 2.4, "foggy": 0.9, "night": 0.6},
    "park": {"sunny": 7, "cloudy": 2, "rainy": 2, "sunset": 1.5, "foggy": 0.6, "night": 0.6},
    "forest": {"sunny": 4, "cloudy": 2, "night": 1.8, "rainy": 1.2, "foggy": 1.6, "sunset": 0.6},
    "lake": {"sunny": 5, "cloudy": 1.6, "sunset": 3, "night": 1.2, "foggy": 1.2},
    "savanna": {"sunny": 6, "sunset": 4, "cloudy": 1, "night": 0.6},
    "room": {"sunny": 5, "night": 3, "rainy": 1.4, "snowy": 1, "sunset": 1},
}

SIZE: dict[str, tuple[float, float]] = {
    "man": (22, 54), "woman": (22, 55), "boy": (19, 38), "girl": (20, 39), "dog": (42, 33), "cat": (34, 34),
    "horse": (62, 66), "cow": (58, 50), "sheep": (38, 30), "pig": (42, 31), "goat": (38, 43),
    "hen": (28, 27), "duck": (30, 22), "swan": (48, 34), "rabbit": (24, 31), "fox": (60, 36),
    "deer": (40, 70), "bear": (58, 44), "squirrel": (28, 23), "owl": (32, 24), "bird": (30, 19),
    "seagull": (36, 21), "elephant": (84, 66), "giraffe": (48, 104), "zebra": (56, 60), "lion": (62, 48),
    "camel": (64, 61), "penguin": (30, 33), "turtle": (38, 17), "crab": (36, 19), "butterfly": (18, 18),
    "frog": (22, 15), "monkey": (38, 36), "whale": (88, 40), "dolphin": (48, 34), "car": (70, 36),
    "bus": (94, 46), "truck": (86, 48), "fire engine": (90, 50), "tractor": (62, 66),
    "motorcycle": (50, 27), "scooter": (44, 29), "bicycle": (54, 30), "train": (176, 74),
    "sailboat": (58, 63), "rowboat": (64, 17), "canoe": (72, 17), "ship": (92, 62), "plane": (96, 42),
    "biplane": (68, 44), "helicopter": (84, 38), "hot air balloon": (58, 78), "sled": (46, 12),
    "house": (70, 63), "cabin": (64, 58), "tower": (26, 80), "shop": (66, 62), "church": (64, 96),
    "barn": (70, 58), "windmill": (58, 80), "lighthouse": (50, 74), "castle": (80, 90), "bench": (46, 28),
    "lamppost": (14, 77), "traffic light": (14, 71), "mailbox": (20, 32), "fountain": (58, 42),
    "fence": (82, 20), "haystack": (42, 30), "scarecrow": (46, 57), "well": (38, 48), "tent": (64, 35),
    "campfire": (24, 27), "snowman": (42, 63), "igloo": (60, 32), "sandcastle": (42, 38),
    "parasol": (64, 58), "deck chair": (32, 28), "beach ball": (18, 17), "picnic": (66, 26),
    "slide": (54, 46), "swing": (66, 62), "pier": (70, 10), "easel": (26, 43), "market stall": (66, 54),
    "buoy": (24, 31), "sofa": (86, 36), "armchair": (48, 42), "bed": (90, 40), "lamp": (24, 64),
    "bookshelf": (42, 69), "fireplace": (70, 58), "television": (54, 47), "potted plant": (38, 54),
    "piano": (72, 45), "fridge": (34, 67), "stove": (44, 56), "clock": (26, 80), "toy blocks": (32, 20),
    "rocking horse": (50, 38), "aquarium": (40, 41), "table": (76, 54), "tree": (54, 78), "pine": (42, 78),
    "palm": (58, 72), "birch": (34, 76), "willow": (58, 66), "acacia": (74, 60), "cactus": (32, 46),
    "bush": (34, 22), "flowers": (30, 18), "mushrooms": (28, 16), "reeds": (22, 28), "pumpkins": (38, 15),
    "rock": (26, 12), "stump": (22, 13),
}

PEOPLE = ("man", "woman", "boy", "girl")
CHILDREN = ("boy", "girl")
AFLOAT = ("sailboat", "rowboat", "canoe", "ship", "swan", "duck", "whale", "dolphin", "buoy")
ALOFT = ("plane", "biplane", "helicopter", "hot air balloon", "butterfly")
CLOTHES = [
    "red", "blue", "green", "yellow", "white", "black", "pink", "orange", "purple", "gray", "turquoise",
    "brown",
]
BRIGHT = ["red", "blue", "yellow", "green", "orange", "pink", "purple", "turquoise", "white"]

COATS: dict[str, dict[str, float]] = {
    "dog": {"brown": 5, "black": 4, "white": 4, "tan": 3, "gray": 1.5, "golden": 3},
    "cat": {"black": 4, "orange": 4, "gray": 3, "white": 3, "brown": 2},
    "horse": {"brown": 6, "black": 3, "white": 3, "golden": 2, "gray": 1.4},
    "cow": {"white": 5, "brown": 4, "black": 2}, "sheep": {"white": 8, "black": 1.4, "gray": 1},
    "pig": {"pink": 7, "brown": 1, "black": 1}, "goat": {"white": 4, "brown": 3, "gray": 2, "black": 1},
    "hen": {"brown": 4, "white": 4, "black": 1.4, "orange": 2},
    "duck": {"white": 4, "brown": 3, "yellow": 2}, "swan": {"white": 9, "black": 1},
    "rabbit": {"white": 4, "brown": 3, "gray": 4, "black": 1}, "bear": {"brown": 7, "black": 3},
    "owl": {"brown": 5, "gray": 3, "white": 2},
    "bird": {"blue": 4, "red": 3, "yellow": 3, "brown": 2, "black": 2, "green": 1.4, "white": 1},
    "bus": {"red": 5, "yellow": 4, "blue": 3, "green": 2, "white": 1, "orange": 1.4},
    "barn": {"red": 8, "brown": 1, "blue": 0.7, "white": 0.8},
    "table": {"brown": 6, "white": 1.4, "green": 0.7, "red": 0.6},
    "bench": {"brown": 6, "green": 2, "red": 1, "blue": 1, "white": 1}, "fence": {"brown": 5, "white": 5},
    "piano": {"brown": 5, "black": 3, "white": 1}, "mailbox": {"red": 6, "blue": 3, "yellow": 2},
    "fridge": {"white": 4, "red": 1.4, "turquoise": 2, "gray": 1.4, "yellow": 0.8, "pink": 0.6},
    "stove": {"white": 4, "gray": 2, "red": 1, "turquoise": 1, "black": 1.4},
    "lamp": {"yellow": 4, "white": 3, "red": 1.6, "green": 1, "orange": 1.2, "pink": 1},
}

# what may be the main thing of a picture, by place; a room's furniture and a person's doings follow
MAIN: dict[str, dict[str, float]] = {
    "street": {
        "man": 7, "woman": 7, "boy": 3, "girl": 3, "dog": 3, "cat": 2, "car": 6, "bus": 5, "truck": 4,
        "fire engine": 2, "motorcycle": 4, "scooter": 3, "bicycle": 6, "train": 0, "horse": 1.4,
        "market stall": 2.2, "bench": 2,
    },
    "beach": {
        "man": 6, "woman": 6, "boy": 6, "girl": 6, "dog": 5, "seagull": 3, "crab": 2.4, "turtle": 2.4,
        "horse": 2, "sandcastle": 2, "parasol": 2, "sailboat": 2.4, "dolphin": 2, "whale": 1.6,
        "camel": 0.6, "lighthouse": 1.4,
    },
    "snow": {
        "man": 6, "woman": 6, "boy": 6, "girl": 5, "dog": 5, "snowman": 5, "sled": 5, "penguin": 5,
        "deer": 2.4, "bear": 2, "cabin": 1.6, "train": 2, "rabbit": 1.6, "fox": 1.6, "igloo": 1.6,
    },
    "field": {
        "cow": 6, "sheep": 6, "horse": 6, "pig": 4.4, "goat": 3, "hen": 4, "dog": 3, "man": 4, "woman": 4,
        "boy": 3, "girl": 3, "tractor": 5, "scarecrow": 2.4, "hot air balloon": 4, "plane": 3,
        "biplane": 2.4, "train": 4, "rabbit": 2, "fox": 1.4, "windmill": 1.6, "barn": 1, "truck": 1,
        "helicopter": 1, "cat": 1.2, "duck": 1.4,
    },
    "park": {
        "dog": 6, "boy": 7, "girl": 7, "man": 5, "woman": 5, "bicycle": 4, "bench": 5, "swing": 3.4,
        "picnic": 4, "slide": 1.4, "bird": 3, "squirrel": 3, "cat": 2, "duck": 2.4, "fountain": 1.6,
        "rabbit": 1.6, "butterfly": 1.4, "scooter": 1, "hot air balloon": 1,
    },
    "forest": {
        "man": 5, "woman": 5, "boy": 4, "girl": 4, "deer": 5, "bear": 4.4, "fox": 5, "owl": 4, "rabbit": 4,
        "squirrel": 4, "tent": 3, "campfire": 2, "dog": 3, "bicycle": 2, "horse": 2, "frog": 1.4, "bird": 2,
        "monkey": 1.4, "cabin": 1.2,
    },
    "lake": {
        "rowboat": 7, "canoe": 6, "sailboat": 6, "swan": 5, "duck": 5, "frog": 2, "man": 3, "woman": 3,
        "boy": 2.4, "girl": 2.4, "ship": 1.4, "bear": 1.4, "deer": 1.6, "seagull": 1, "turtle": 1.2,
        "dog": 1.4, "hot air balloon": 1,
    },
    "savanna": {
        "elephant": 8, "giraffe": 8, "zebra": 6, "lion": 6, "monkey": 4, "camel": 5, "truck": 1.4,
        "man": 1.6, "woman": 1.6, "turtle": 1, "bird": 0.8, "hot air balloon": 1.2, "motorcycle": 0.8,
    },
    "room": {
        "cat": 5, "dog": 4, "man": 6, "woman": 6, "boy": 5, "girl": 5, "table": 9, "bed": 5, "sofa": 6,
        "armchair": 5, "piano": 3, "rocking horse": 2.4, "aquarium": 1.2, "bird": 0.4, "stove": 1,
        "bookshelf": 0.8,
    },
}

SECOND: dict[str, dict[str, float]] = {
    "street": {
        "car": 4, "dog": 4, "man": 3, "woman": 3, "bicycle": 2, "bench": 3, "traffic light": 2.4,
        "lamppost": 3, "mailbox": 3, "cat": 3, "bird": 2, "scooter": 1.4, "boy": 2, "girl": 2, "flowers": 1,
    },
    "beach": {
        "seagull": 3, "dog": 4, "sailboat": 3, "parasol": 4, "deck chair": 3, "sandcastle": 3, "crab": 3,
        "beach ball": 4, "boy": 2, "girl": 2, "woman": 1.6, "man": 1.6, "turtle": 1.6, "palm": 2, "ship": 1,
        "dolphin": 1.2,
    },
    "snow": {
        "dog": 4, "man": 2, "snowman": 5, "girl": 3, "boy": 3, "penguin": 2.4, "igloo": 1.6, "fox": 1,
        "rabbit": 2, "sled": 2.4, "fence": 1.6, "bird": 1.4, "lamppost": 1.4,
    },
    "field": {
        "bird": 2, "dog": 4, "horse": 2, "man": 2, "sheep": 2, "hen": 3, "haystack": 4, "fence": 3,
        "scarecrow": 2.4, "pumpkins": 2.4, "flowers": 3, "goat": 1.4, "rabbit": 2, "well": 1.4, "girl": 1.4,
        "cat": 1.4, "pig": 1.4, "mushrooms": 0.6,
    },
    "park": {
        "bench": 4, "dog": 5, "bird": 3, "girl": 3, "boy": 3, "bicycle": 2, "fountain": 2.4, "squirrel": 3,
        "flowers": 3, "butterfly": 3, "lamppost": 2, "slide": 2, "cat": 2, "rabbit": 1.4, "duck": 2,
        "easel": 0.6, "picnic": 1,
    },
    "forest": {
        "dog": 3, "bird": 3, "mushrooms": 4, "squirrel": 3, "rabbit": 3, "stump": 3, "owl": 2, "fox": 2,
        "campfire": 2, "tent": 2, "butterfly": 2, "deer": 1.6, "frog": 1, "rock": 1.4,
    },
    "lake": {
        "duck": 4, "swan": 3, "buoy": 2, "sailboat": 2, "reeds": 2.4, "pier": 2, "bird": 1, "dog": 1.4,
        "seagull": 2, "frog": 1.6, "canoe": 1.4,
    },
    "savanna": {
        "bird": 2, "giraffe": 2, "elephant": 2, "zebra": 3, "cactus": 2, "rock": 2, "monkey": 2,
        "turtle": 1.4, "lion": 1, "acacia": 3,
    },
    "room": {
        "sofa": 2, "lamp": 5, "table": 3, "cat": 5, "dog": 4, "bookshelf": 4, "potted plant": 5,
        "fireplace": 3, "television": 3, "armchair": 2, "clock": 3, "toy blocks": 3, "aquarium": 2,
        "fridge": 2, "stove": 2, "rocking horse": 1.4, "piano": 1.2, "boy": 1, "girl": 1,
    },
}

FLOCKS = (
    "dog", "bird", "seagull", "car", "sailboat", "elephant", "giraffe", "zebra", "penguin", "duck", "swan",
    "rabbit", "deer", "monkey", "camel", "butterfly", "hot air balloon", "cat", "lion", "dolphin", "fox",
    "bear", "turtle", "crab",
)
HERDS = ("cow", "sheep", "pig", "goat", "hen", "horse")

ACTS: dict[str, dict[str, float]] = {
    "dog": {"run": 5, "stand": 3, "jump": 2, "sit": 4, "lie": 1.6}, "cat": {"sit": 5, "walk": 3, "lie": 4},
    "horse": {"stand": 3, "run": 3, "graze": 3, "walk": 2}, "cow": {"graze": 5, "stand": 4},
    "sheep": {"graze": 5, "stand": 4}, "goat": {"stand": 3, "walk": 2}, "rabbit": {"sit": 3, "jump": 3},
    "bird": {"fly": 4, "stand": 4}, "seagull": {"fly": 5, "stand": 4}, "duck": {"swim": 1},
    "lion": {"stand": 3, "lie": 4, "walk": 2}, "elephant": {"walk": 4, "spray": 3},
    "giraffe": {"stand": 4, "walk": 3}, "zebra": {"run": 3, "stand": 4, "walk": 2},
    "deer": {"stand": 4, "run": 3}, "fox": {"walk": 3, "run": 3, "stand": 2},
    "bear": {"walk": 4, "stand": 3}, "penguin": {"stand": 4, "wave": 3}, "monkey": {"stand": 2, "wave": 3},
    "camel": {"stand": 3, "walk": 4}, "pig": {"stand": 4, "walk": 2}, "hen": {"walk": 1},
}

DOINGS: dict[str, dict[str, float]] = {
    "street": {
        "stand": 1, "walk": 7, "run": 2, "wave": 1.6, "skate": 4, "dance": 1.6, "umbrella": 3, "item": 11,
    },
    "beach": {
        "stand": 1, "walk": 3, "run": 3, "jump": 2.4, "wave": 1.4, "kite": 4, "surf": 5, "item": 10,
        "dance": 0.8,
    },
    "snow": {"stand": 1.4, "walk": 3, "run": 1, "jump": 1.4, "ski": 11, "wave": 1.2, "item": 5, "cheer": 1},
    "field": {"stand": 1, "walk": 2.4, "run": 3, "jump": 1.4, "kite": 4, "item": 10, "wave": 1, "dance": 0.8},
    "park": {
        "stand": 0.8, "walk": 2, "run": 3.4, "jump": 2.4, "kite": 3, "skate": 3, "umbrella": 1, "item": 12,
        "dance": 1.4, "cheer": 1,
    },
    "forest": {"stand": 1, "walk": 5, "run": 2, "item": 11}, "lake": {"stand": 0.6, "wave": 1, "item": 11},
    "savanna": {"walk": 2, "item": 6},
    "room": {"stand": 0.8, "wave": 0.8, "jump": 1.4, "dance": 2.4, "item": 16},
}

# items and the act that goes with each
ITEM_ACT: dict[str, str] = {
    "ball": "throw", "balloon": "raise", "balloons": "raise", "book": "read", "newspaper": "read",
    "guitar": "play", "violin": "play", "trumpet": "play", "drum": "play", "bag": "carry",
    "suitcase": "carry", "flowers": "hold", "sunflower": "hold", "ice cream": "eat", "lollipop": "eat",
    "camera": "photograph", "binoculars": "watch", "cup": "drink", "phone": "call", "basket": "carry",
    "flag": "raise", "teddy": "hug", "fishing rod": "fish", "shovel": "dig", "broom": "sweep",
    "watering can": "water", "racket": "swing", "bat": "swing", "frisbee": "throw", "lantern": "carry",
    "map": "read", "present": "hold", "cake": "hold", "pumpkin": "hold", "apple": "eat", "sandwich": "eat",
    "fish": "hold", "flashlight": "shine", "net": "hold", "magnifier": "watch", "bucket": "carry",
}
ITEMS: dict[str, dict[str, float]] = {
    "street": {
        "bag": 4, "suitcase": 3, "balloon": 2.4, "balloons": 1.4, "cup": 3, "phone": 4, "newspaper": 3,
        "guitar": 3, "violin": 2, "trumpet": 2, "camera": 3, "flowers": 3, "basket": 1.4, "map": 2,
        "ice cream": 2.4, "present": 2.4, "flag": 1, "cake": 1, "broom": 1.4, "drum": 1, "book": 1,
    },
    "beach": {
        "ice cream": 4, "bucket": 3, "shovel": 2.4, "ball": 4, "fishing rod": 3, "net": 1.4, "camera": 2,
        "racket": 1.4, "frisbee": 3, "book": 1, "guitar": 1,
    },
    "snow": {"shovel": 4, "cup": 3, "lantern": 2, "camera": 1.4, "present": 1.4, "flag": 1, "suitcase": 0.8},
    "field": {
        "basket": 4, "pumpkin": 2.4, "watering can": 3, "sunflower": 2.4, "shovel": 3, "flowers": 3,
        "apple": 2, "bucket": 3, "lantern": 0.8, "guitar": 1, "net": 1.4, "book": 0.8,
    },
    "park": {
        "ball": 5, "frisbee": 4, "book": 3, "balloon": 3, "balloons": 1.4, "racket": 3, "bat": 3,
        "guitar": 3, "sandwich": 2, "camera": 2, "ice cream": 3, "magnifier": 1.4, "lollipop": 1.4,
        "net": 2, "flowers": 2, "newspaper": 2, "trumpet": 1, "violin": 1, "phone": 1.4, "teddy": 1,
    },
    "forest": {
        "basket": 4, "map": 4, "binoculars": 4, "lantern": 3, "flashlight": 2.4, "magnifier": 2.4,
        "camera": 3, "net": 2, "guitar": 1.4, "book": 1, "cup": 1,
    },
    "lake": {"fishing rod": 9, "binoculars": 2, "camera": 2, "bucket": 2, "fish": 3, "net": 2, "sandwich": 1},
    "savanna": {"camera": 5, "binoculars": 5, "map": 3},
    "room": {
        "book": 4, "cup": 4, "cake": 4, "guitar": 4, "violin": 3, "trumpet": 2.4, "teddy": 4, "phone": 2.4,
        "present": 4, "broom": 3, "newspaper": 2.4, "balloon": 2, "drum": 2, "lollipop": 1.4, "apple": 1.4,
        "flowers": 2, "watering can": 1.4, "ball": 1,
    },
}

SEATS: dict[str, tuple[float, int, tuple[str, ...]]] = {  # chance of being taken, seats, who takes them
    "bicycle": (0.85, 1, PEOPLE),
    "motorcycle": (0.7, 1, ("man", "woman")),
    "scooter": (0.85, 1, ("man", "woman", "woman", "girl")),
    "horse": (0.42, 1, PEOPLE),
    "tractor": (0.85, 1, ("man", "woman", "man")),
    "rowboat": (0.9, 2, PEOPLE), "canoe": (0.9, 2, PEOPLE), "sled": (0.92, 2, CHILDREN),
    "bench": (0.85, 2, (*PEOPLE, *PEOPLE, "cat")),
    "sofa": (0.85, 2, (*PEOPLE, *PEOPLE, "cat", "cat", "dog")),
    "armchair": (0.9, 1, ("man", "woman", "boy", "girl", "cat", "cat", "dog")),
    "bed": (0.85, 1, ("boy", "girl", "man", "woman", "cat", "dog")),
    "swing": (0.92, 1, CHILDREN), "rocking horse": (0.8, 1, CHILDREN), "picnic": (0.85, 2, PEOPLE),
    "biplane": (1.0, 1, ("man", "woman")),
    "hot air balloon": (0.7, 1, PEOPLE), "piano": (0.85, 1, PEOPLE),
    "elephant": (0.1, 1, ("man", "boy", "girl")),
}

GOODS = {
    "cake": 4, "pizza": 3, "vase": 4, "fruit": 4, "laptop": 3, "teapot": 3, "cups": 3, "bread": 3,
    "candles": 2, "books": 3, "fishbowl": 1.6, "pie": 2, "radio": 1.4, "soup": 2, "cupcakes": 2,
}
SHOPS = ("bakery", "cafe", "flower shop", "book shop", "fruit shop", "toy shop")
