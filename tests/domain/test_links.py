"""A song's link is taken whoever wrote it how, and nothing else is."""

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from yarl import URL

from domain.links import HOSTS, Link, Platform, Rejected, find_links, read_link, read_message
from domain.refusals import Refused
from tests.domain.addresses import APPLE, LOOK_ALIKES, NOT_ONE_SONG, OTHER_MUSIC, SONGS

songs = st.sampled_from([*SONGS])


@pytest.mark.parametrize(("text", "canonical"), SONGS.items())
def test_a_song_is_known_by_one_canonical_link(text: str, canonical: str):
    assert read_link(text).canonical == canonical


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://m.youtube.com/watch?t=5&v=dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (
            "https://me:secret@open.spotify.com:8080/intl-de/track/abc?si=1#x",
            "https://open.spotify.com/track/abc",
        ),
        ("https://soundcloud.com/Forss/Song/s-AbC12?si=1", "https://soundcloud.com/forss/song/s-AbC12"),
        ("http://www.ditto.fm/a/b/", "https://ditto.fm/a/b"),
    ],
)
def test_what_is_posted_is_the_song_and_nothing_more(text: str, url: str):
    assert read_link(text).url == url


@pytest.mark.parametrize("text", NOT_ONE_SONG)
def test_what_is_not_one_song_is_refused_with_these_words(text: str):
    with pytest.raises(Refused, match=r"^One song, please: open the song itself on \w+ and send its own link\.$"):
        read_link(text)


@pytest.mark.parametrize("text", APPLE)
def test_apple_has_a_sentence_of_its_own_that_names_what_works(text: str):
    with pytest.raises(Refused, match=r"Apple Music and iTunes.*SoundCloud, Spotify, YouTube, Deezer or Ditto"):
        read_link(text)


@pytest.mark.parametrize("text", [*OTHER_MUSIC, *LOOK_ALIKES, "", "my song", "https://"])
def test_everything_else_is_refused(text: str):
    with pytest.raises(Refused):
        read_link(text)


@pytest.mark.parametrize("text", [*OTHER_MUSIC, "https://example.com/", "https://spotify.com.evil.com/track/a", "song"])
def test_a_refusal_names_what_is_accepted(text: str):
    with pytest.raises(Refused, match="SoundCloud, Spotify, YouTube, Deezer or Ditto"):
        read_link(text)


def test_a_field_for_one_link_takes_one():
    with pytest.raises(Refused, match="One song at a time"):
        read_link("https://youtu.be/a https://youtu.be/b")
    assert read_link("My new one: https://youtu.be/a!").canonical == "youtube.com/watch?v=a"


A, B, C = "https://a.com/b", "https://a.com/c_", "https://youtu.be/a-"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (f"<{A}>", [A]),
        (f"**{A}** __{B}__ _{C}_", [A, B, C]),
        (f"||{A}||, `{B}`; ~~{C}~~", [A, B, C]),
        (f"[song]({A})[two](<{B}>)", [A, B]),
        (f'[song]({A} "a title")', [A]),
        (f'(see {A}). "{B}"! “{C}”…', [A, B, C]),
        (f"{A},{B}\n{C}", [A, B, C]),
        ("youtu.be/a- and Tidal.com/b", [C, "https://Tidal.com/b"]),
        ("9.5/10 from N.W.A/Dre, and/or a.com/b", []),
        ("https:// http://... me@youtu.be/a", []),
    ],
)
def test_links_are_found_in_whatever_discord_wraps_them_in(message: str, found: list[str]):
    assert find_links(message) == found


def told(message: str) -> list[str]:
    """What a message comes to: the canonical links that were taken, and the addresses that get an answer."""
    return [it.canonical if isinstance(it, Link) else it.address for it in read_message(message)]


@pytest.mark.parametrize(
    "chatter",
    [
        "",
        "what a song!",
        "look at https://example.com/news",
        "look https://spotify.com.evil.com/track/1",
        "https://tenor.com/view/cat-gif-123",
        "haha https://media1.giphy.com/media/x/giphy.gif?cid=1",
        "https://cdn.discordapp.com/attachments/1/2/cat.gif?ex=1",
        "join https://discord.gg/abc",
        "https://discord.com/channels/1/2/3",
    ],
)
def test_chatter_gets_no_answer(chatter: str):
    assert read_message(chatter) == []


@pytest.mark.parametrize("address", [*APPLE, *OTHER_MUSIC, *NOT_ONE_SONG])
def test_a_music_service_gets_an_answer_in_the_middle_of_chatter(address: str):
    (answer,) = read_message(f"my new one {address} hope you like it")
    assert isinstance(answer, Rejected)
    assert answer.reason


@pytest.mark.parametrize("around", ["{}", "<{}>", "**{}**!", " {} 🔥🔥\n"])
def test_a_message_that_is_nothing_but_a_link_gets_an_answer(around: str):
    assert told(around.format("https://example.com/song")) == ["https://example.com/song"]


def test_several_links_are_answered_in_order():
    message = f"https://youtu.be/a\nhttps://tidal.com/1\n{A}\nhttps://spotify.link/b"
    assert told(message) == ["youtube.com/watch?v=a", "https://tidal.com/1", A, "spotify.link/b"]
    assert told(f"listen: {message}") == ["youtube.com/watch?v=a", "https://tidal.com/1", "spotify.link/b"]


pieces = st.one_of(
    st.text(max_size=12),
    songs,
    st.sampled_from([*NOT_ONE_SONG, *APPLE, *LOOK_ALIKES, *HOSTS]),
    st.sampled_from(
        ["https://", "http://", "www.", "m.", "/", "\\", "@", ":", ".", "?", "#", "track/", "watch?v=", "%00"]
    ),
)
texts = st.lists(pieces, max_size=6).map("".join)


@given(texts)
@example("https://[::1")
@example("https://youtu.be:99999/a")
@example("https://\ud800.youtu.be/\udfff")
@example("https://ﾟ.youtu.be/a")
def test_no_text_is_answered_otherwise_than_with_a_safe_link_or_a_refusal(text: str):
    read_message(text)
    try:
        link = read_link(text)
    except Refused:
        return
    host = urlsplit(link.url).netloc
    assert host == URL(link.url).host
    assert HOSTS[host.removeprefix("www.")] is link.platform
    assert link.url.isascii()
    assert link.url.isprintable()
    assert link.url.startswith("https://")
    assert len(link.url) <= 512  # what a button may lead to
    assert read_link(link.url) == link


@given(songs)
def test_what_was_posted_reads_as_the_same_link(text: str):
    link = read_link(text)
    assert read_link(link.url) == link
    assert read_link(link.canonical).canonical == link.canonical


trackers = st.dictionaries(
    st.sampled_from(
        ["si", "utm_source", "utm_medium", "feature", "fbclid", "t", "start", "list", "index", "in", "app"]
    ),
    st.text("abcXYZ019-_.", max_size=20),
    max_size=4,
)


@given(songs, trackers)
def test_tracking_parameters_make_no_other_song(text: str, extra: dict[str, str]):
    assume("spotify:" not in text)
    address = URL(find_links(text)[0])
    assert read_link(str(address.update_query(extra))).canonical == SONGS[text]


@given(songs, st.integers(min_value=0))
def test_the_case_of_a_host_makes_no_other_song(text: str, which: int):
    address = find_links(text)[0]
    host = urlsplit(address).netloc
    mixed = "".join(char.upper() if which >> place & 1 else char for place, char in enumerate(host))
    assert read_link(address.replace(host, mixed, 1)).canonical == SONGS[text]


@pytest.mark.parametrize("start", ["", "https://", "https://youtu.be/"])
@pytest.mark.parametrize("endless", ["_", "a.", "a-", "a@", "!", "%", "é", "&", "https://", "https://!", "youtu.be/"])
def test_no_message_takes_long_to_read(start: str, endless: str):
    text = start + endless * (4000 // len(endless))
    began = time.perf_counter()
    read_message(text)
    assert time.perf_counter() - began < 0.25


def test_every_platform_is_reached_by_its_hosts():
    assert set(HOSTS.values()) == set(Platform)
