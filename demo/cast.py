"""Who plays in the demo, and the songs they bring; all of it is invented."""

from __future__ import annotations

import io
import math
import random
import string
import wave
from collections.abc import Iterator
from dataclasses import dataclass

HOST, REVIEWER = "Robin", "Sam"
LISTENERS = ("Mia", "Jonas", "Aisha", "Leo")
"""Wait for somebody at the page to play them; the crowd needs nobody."""
SHY = "Leo"
"""Takes no direct messages."""
CROWD = ("Priya", "Tom", "Chloé", "Mateo", "Yuki", "Ben", "Nadia", "Oskar", "Grace", "Emre")

ARTISTS = (
    *("Low Tide Radio", "Marigold Static", "Kitchen Disco", "North Pier", "Glass Comet", "Tin Roof Choir"),
    *("Saffron Skies", "Echo Bakery", "Night Bus 42", "Lemon & Ash", "Hollow Oak", "Juno Parade"),
    *("Velvet Harbour", "Paper Lanterns", "Neon Orchard", "Ada & the Tides", "Slow Elevator", "Mono Meadow"),
)
TITLES = (
    *("Blue Hour", "Left on Read", "Second Sunrise", "Paper Boats", "Salt and Static", "Ferris Wheel"),
    *("Window Seat", "Goodbye, Monday", "Carousel", "Tangerine", "Runaway Kite", "Slow Motion Heart"),
    *("Backseat Constellations", "Rain on Tin", "Last Tram Home", "Honey in the Wires", "Postcards", "Undertow"),
    *("Small Hours", "Fireflies (Demo)", "Kite Season", "Off by One", "Velvet Rope", "The Long Way Round"),
    *("Dandelion", "Cold Coffee", "Static Bloom", "Seventeen Floors", "Polaroid", "When the Lights Go"),
)
NOTES = (
    *("my first release, be gentle", "the drop is at 0:45", "made this in my kitchen", "written on a night train"),
    *("new mix since last week!", "for my sister's birthday", "please be honest about the vocals"),
)
CHATTER = (
    *("this chorus 🔥", "who is this? instant save", "the bass on that one…", "hi from Lisbon 👋"),
    *("good evening everyone", "been waiting all day for this stream", "that bridge gave me goosebumps"),
)
LINKS = (
    *("https://open.spotify.com/track/{id22}", "https://youtu.be/{id11}", "https://soundcloud.com/{artist}/{title}"),
    *("https://www.deezer.com/track/{digits}", "https://ditto.fm/{title}-{id11}"),
)
APPLE_LINK = "https://music.apple.com/us/album/{title}/{digits}"
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Tune:
    artist: str
    title: str
    note: str = ""

    def link(self, shape: str | None = None) -> str:
        """An address as a music service writes it, another one each time; nothing is there."""
        return (shape or random.choice(LINKS)).format(
            id22="".join(random.choices(_LETTERS, k=22)),
            id11="".join(random.choices(_LETTERS, k=11)),
            digits=random.randrange(10**8, 10**9),
            artist=_slug(self.artist),
            title=_slug(self.title),
        )

    def file(self) -> tuple[str, bytes]:
        """A file's name and half a second of sound."""
        return f"{_slug(self.artist)}-{_slug(self.title)}.wav", _sound(random.choice((220, 262, 330, 392)))


def tunes() -> Iterator[Tune]:
    """Goes on for ever; a name comes again only after some hundred others."""
    while True:
        pairs = [(artist, title) for artist in ARTISTS for title in TITLES]
        random.shuffle(pairs)
        for artist, title in pairs:
            yield Tune(artist, title, random.choice(NOTES) if random.random() < 0.25 else "")


def _slug(name: str) -> str:
    kept = "".join(char if char.isalnum() else " " for char in name.lower())
    return "-".join(kept.split())


def _sound(hertz: int) -> bytes:
    rate = 8000
    samples = bytes(int(128 + 60 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(rate // 2))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(rate)
        sound.writeframes(samples)
    return file.getvalue()
