"""Which addresses are songs one may hand in, judged by host and path alone, without asking anyone."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

import validators

from domain.refusals import Refused


class Platform(StrEnum):
    SOUNDCLOUD = "SoundCloud"
    SPOTIFY = "Spotify"
    YOUTUBE = "YouTube"
    DEEZER = "Deezer"
    DITTO = "Ditto"


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is built anew from checked parts and so safe to post. The same song has the same `canonical`."""

    platform: Platform
    url: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """`music` is true when the address belongs to a music service, accepted or not."""

    address: str
    reason: str
    music: bool


MAX_ADDRESS = 2000  # as long as a Discord message

# Every accepted host, compared whole, without the `www.` or `m.` in front that any of them may have.
PAGE_HOSTS = {
    "soundcloud.com": Platform.SOUNDCLOUD,
    "open.spotify.com": Platform.SPOTIFY,
    "play.spotify.com": Platform.SPOTIFY,
    "spotify.com": Platform.SPOTIFY,
    "youtube.com": Platform.YOUTUBE,
    "music.youtube.com": Platform.YOUTUBE,
    "youtube-nocookie.com": Platform.YOUTUBE,
    "youtu.be": Platform.YOUTUBE,
    "deezer.com": Platform.DEEZER,
}
# What these lead to is known to the service alone, so one song cannot be told from a playlist here.
SHORT_HOSTS = {
    "on.soundcloud.com": Platform.SOUNDCLOUD,
    "soundcloud.app.goo.gl": Platform.SOUNDCLOUD,
    "spotify.link": Platform.SPOTIFY,
    "spotify.app.link": Platform.SPOTIFY,
    "spoti.fi": Platform.SPOTIFY,
    "link.deezer.com": Platform.DEEZER,
    "deezer.page.link": Platform.DEEZER,
    "dzr.page.link": Platform.DEEZER,
    "ditto.fm": Platform.DITTO,
}
HOSTS = PAGE_HOSTS | SHORT_HOSTS

# Domains with everything below them: they only choose the words of a refusal.
_APPLE = ("music.apple.com", "itunes.apple.com", "apple.co", "itun.es")
_AMAZON = ("com", "co.uk", "de", "fr", "es", "it", "ca", "in", "co.jp", "com.au", "com.br", "com.mx")
_OTHERS = (
    *(f"music.amazon.{country}" for country in _AMAZON),
    "tidal.com", "tidal.link", "bandcamp.com", "audiomack.com", "mixcloud.com", "pandora.com",
    "napster.com", "qobuz.com", "audius.co", "boomplay.com", "anghami.com", "gaana.com", "jiosaavn.com",
    "joox.com", "kkbox.com", "music.163.com", "y.qq.com", "music.yandex.ru", "music.yandex.com",
    "beatport.com", "beatstars.com", "bandlab.com", "reverbnation.com", "suno.com", "udio.com",
    "untitled.stream", "hypeddit.com", "distrokid.com", "song.link", "album.link", "odesli.co",
    "lnk.to", "ffm.to", "fanlink.tv",
)  # fmt: skip

_WHAT_WORKS = "a SoundCloud, Spotify, YouTube, Deezer or Ditto link, or the audio file itself"
NO_LINK = f"That does not look like a link, so please send {_WHAT_WORKS}."
MANY_LINKS = "One song at a time, please: send just one link."
APPLE = f"Apple Music and iTunes links cannot be played here, so please send {_WHAT_WORKS}."
ELSEWHERE = f"Links from there cannot be played here, so please send {_WHAT_WORKS}."
NOT_ONE_SONG = "One song, please: open the song itself on {} and send its own link."

_NO_ARTIST = "discover|stream|charts|search|stations|tags|pages|people|you|feed|upload|settings|oembed"
_NO_TRACK = "sets|albums|tracks|popular-tracks|likes|reposts|comments|spotlight|followers|following|groups"
# embed/videoseries and embed/live_stream look like videos and are a playlist and a channel.
_NO_VIDEO = "videoseries|live_stream|playlist|channel|user|results|feed|shorts|live"
# A song's path, and the place its name belongs to. How long ids are is the services' affair.
_SONGS = {
    Platform.SOUNDCLOUD: (
        rf"/(?P<song>(?!(?:{_NO_ARTIST})/)[\w-]{{1,100}}/(?!(?:{_NO_TRACK})(?:/|$))[\w-]{{1,255}})(?P<key>/s-\w{{1,50}})?",
        "soundcloud.com/",
    ),
    Platform.SPOTIFY: (
        r"(?:/intl-[a-z-]+)?(?:/embed)?/track/(?P<song>[a-z0-9]{1,64})",
        "open.spotify.com/track/",
    ),
    Platform.YOUTUBE: (
        rf"/(?:v|e|embed|shorts|live)/(?!(?:{_NO_VIDEO})$)(?P<song>[\w-]{{1,64}})",
        "www.youtube.com/watch?v=",
    ),
    Platform.DEEZER: (
        r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/track/(?P<song>\d{1,20})",
        "www.deezer.com/track/",
    ),
}
_SHORT_CODE = r"/(?P<song>[\w~%-][\w.~%-]{0,199}(?:/[\w~%-][\w.~%-]{0,99}){0,2})"

# Without https:// in front, only the address of a music service is surely meant as one. Commas, brackets and
# asterisks may stand in an address, but in a message they belong to the words and marks around it.
_CHAR = r"""[^\s<>()\[\]{}"|\\^`*,]"""
_KNOWN = "|".join(map(re.escape, (*HOSTS, *_APPLE, *_OTHERS)))
_ADDRESS = re.compile(
    rf"""(?<!_)(?P<italics>_*+)(?P<address>
        https?://{_CHAR}*[\w/=&%+-]
        | (?<![^\W_])(?<![.@/:=?&\#%\\-])
          (?: spotify:track:[a-z0-9]+ | (?:[a-z0-9-]+\.)*(?:{_KNOWN})/{_CHAR}*[\w/=&%+-] )
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# GIFs, with the hosts of Discord's picker, invitations, links to messages. A file on Discord's CDN is none.
_CHATTER = re.compile(
    r"https?://(?:[\w-]+\.)*(?:tenor\.com|giphy\.com|gph\.is|klipy\.com|discord\.gg)/"
    r"|https?://(?:[\w-]+\.)*discord(?:app)?\.com/(?!attachments/)"
    r"|[^?#]+\.gif(?:[?#]|$)",
    re.IGNORECASE,
)


def read_link(text: str) -> Link:
    """The one song that was typed or pasted into a field for a link."""
    match [_judge(address) for address in find_links(text)]:
        case [Link() as link]:
            return link
        case [Rejected() as no]:
            raise Refused(no.reason)
        case []:
            raise Refused(NO_LINK)
        case _:
            raise Refused(MANY_LINKS)


def read_message(text: str) -> list[Link | Rejected]:
    """The links of a chat message that are worth an answer, in order.

    A music service always is. Anything else only in a message that is nothing but links, and GIFs and
    invitations never are: they are chatter.
    """
    alone = not re.search(r"\w", _ADDRESS.sub("", _printable(text)))

    def matters(it: Link | Rejected) -> bool:
        return isinstance(it, Link) or it.music or (alone and not _CHATTER.match(it.address))

    return list(filter(matters, map(_judge, find_links(text))))


def find_links(text: str) -> list[str]:
    """All addresses in a message, in order, with their scheme and without Discord's marks around them."""
    found = _ADDRESS.finditer(_printable(text))
    return [_with_scheme(it["address"].removesuffix(it["italics"])) for it in found]


def _printable(text: str) -> str:
    """Without invisible characters, which browsers drop from addresses as well."""
    return "".join(char if char.isprintable() else " " * char.isspace() for char in text)


def _with_scheme(address: str) -> str:
    if re.match("https?://", address, re.IGNORECASE):
        return address
    return "https://" + re.sub("^spotify:track:", "open.spotify.com/track/", address, flags=re.IGNORECASE)


def _judge(address: str) -> Link | Rejected:
    host, path = _host_and_path(address)
    if platform := HOSTS.get(host):
        return _song(platform, host, path) or Rejected(address, NOT_ONE_SONG.format(platform), music=True)
    if _below(host, _APPLE):
        return Rejected(address, APPLE, music=True)
    return Rejected(address, ELSEWHERE, music=_below(host, _OTHERS))


def _host_and_path(address: str) -> tuple[str, str]:
    """The host without `www.` and `m.`, and the path with all of YouTube's ways to say "video" as `/v/…`.

    Both are empty for what no browser would open.
    """
    if len(address) > MAX_ADDRESS or not validators.url(address, strict_query=False, rfc_1034=True):
        return "", ""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.").removeprefix("m.")
    path = "".join(f"/{part}" for part in parts.path.split("/") if part)
    if path == "/watch" and HOSTS.get(host) is Platform.YOUTUBE:
        path = "/v/" + parse_qs(parts.query).get("v", [""])[0]
    elif host == "youtu.be":
        path = "/v" + path
    return host, path


def _song(platform: Platform, host: str, path: str) -> Link | None:
    pattern, place = (_SHORT_CODE, f"{host}/") if host in SHORT_HOSTS else _SONGS[platform]
    if not (found := re.fullmatch(pattern, path, re.ASCII | re.IGNORECASE)):
        return None
    # SoundCloud's names are in lower case, whatever was typed. In other ids and in codes case matters.
    song = found["song"].lower() if place == "soundcloud.com/" else found["song"]
    key = found.groupdict().get("key") or ""  # opens a private song, and is not what makes it the same song
    return Link(platform, f"https://{place}{song}{key}", f"{place.removeprefix('www.')}{song}")


def _below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
