"""Who is in the demo's LIVE, what they say and what they give; all of it is invented but the gifts' names."""

from __future__ import annotations

import itertools

from demo import cast
from demo.tiktok.room import Gift
from domain.live import Viewer

HOST = "robin"
HANDLES = {
    "Priya": "priya.hums",
    "Tom": "tomtom_drums",
    "Chloé": "chloe.et.la.lune",
    "Mateo": "mateo_b_side",
    "Yuki": "yuki.loops",
    "Ben": "ben.in.e.minor",
    "Nadia": "nadia_nocturne",
    "Mia": "mia.listens",
    "Jonas": "jonas_vinyl",
    "Aisha": "aisha.on.repeat",
    "Leo": "leo_quietly",
}
"""Of those who are on Discord too; the crowd links theirs, the listeners wait for somebody at the page to do it."""
STRANGERS = (
    *("moonlit.moth", "basement_tapes", "gigi.goes.live", "the_real_otto", "cassettekid", "sofia.m", "kev_404"),
    *("lavender.haze.x", "drumline_dad", "noor.k", "plucky_duck", "ines.writes.songs", "tall_paul", "vhs_vera"),
    *("studio_12b", "marta.p", "lo_fi_larry", "hana.hana", "sleepy.fox", "treble_maker", "ola_nordmann", "jazzhands99"),
    *("cleo.cleo", "big_ears_bob", "tunde.beats", "rosa_r", "stereo_mike", "wren.w", "offbeat.olga", "felix_feedback"),
    *("quinn.q", "sunday.roast", "milo_mixes", "ava.v", "bridge_to_chorus", "dee.dee.dee", "zed_sharp", "uma.hums"),
)
SAID = (
    *("hiii", "first time here, hello!", "who is this???", "LOUDER", "this one is going straight into my playlist"),
    *("the drums omg", "8/10", "9 from me", "10 10 10", "not my thing but well made", "that voice", "is mine next?"),
    *("goosebumps", "Robin pls play mine", "the mix is so clean", "chorus came a bit late", "wow", "🔥🔥🔥", "❤️❤️❤️"),
    *("skip intro lol", "this slaps", "reminds me of summer", "how do I submit?", "link is in the discord", "gg"),
    *("hello from Brazil", "hello from Leeds", "listening at work, don't tell", "W song", "encore!", "👏👏👏"),
)
STREAKS = tuple(
    Gift(number, name, coins)
    for number, name, coins in (
        *((5655, "Rose", 1), (7934, "Heart Me", 1), (5487, "Finger Heart", 5), (8913, "Rosa", 10)),
        *((5658, "Perfume", 20), (5879, "Doughnut", 30)),
    )
)
SINGLE = tuple(
    Gift(number, name, coins, streaks=False)
    for number, name, coins in ((5585, "Confetti", 100), (6267, "Corgi", 299), (7168, "Money Gun", 500))
)
GREAT = tuple(
    Gift(number, name, coins, streaks=False)
    for number, name, coins in ((11046, "Galaxy", 1000), (6090, "Fireworks", 1088), (6820, "Whale Diving", 2150))
)

_ids = itertools.count(6_900_000_000_000_000_001, 7919)
REGULARS = {name: Viewer(next(_ids), handle, name) for name, handle in HANDLES.items()}
"""By their names on Discord."""
LINKED = [REGULARS[name] for name in cast.CROWD if name in REGULARS]
OTHERS = [Viewer(next(_ids), handle, handle.replace("_", " ").replace(".", " ").title()) for handle in STRANGERS]
