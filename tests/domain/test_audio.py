"""A file is what its first bytes say."""

import io

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audio import HEAD_BYTES, MAX_BYTES, Kind, audio_kind, check_kind, check_size
from domain.refusals import Refused


def recording(container: str, codec: str, rate: int = 44_100, **options: str) -> bytes:
    """Half a second of silence as FFmpeg writes it."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, container_options=options) as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        size = stream.codec_context.frame_size or 1024
        for number in range(rate // 2 // size):
            frame = av.AudioFrame(stream.format.name, "mono", size)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = rate, number * size
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return file.getvalue()


def id3(size: int, flags: int = 0) -> bytes:
    """An empty ID3v2.4 tag that is this long without its header and its footer."""
    seven_bits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    header = bytes([4, 0, flags]) + seven_bits
    return b"ID3" + header + bytes(size) + (b"3DI" + header if flags else b"")


MP3 = recording("mp3", "libmp3lame", id3v2_version="0")
FLAC = recording("flac", "flac")
M4A = recording("ipod", "aac")
WAV = recording("wav", "pcm_s16le")
ADTS = recording("adts", "aac")
SONGS = {
    "MP3": (Kind.MP3, MP3),
    "tagged MP3": (Kind.MP3, recording("mp3", "libmp3lame")),
    "MP3 behind two tags": (Kind.MP3, id3(300) + id3(0) + MP3),
    "MP3 behind a tag with footer": (Kind.MP3, id3(300, flags=0x10) + MP3),
    "MP3 behind a padded tag": (Kind.MP3, id3(30) + bytes(99) + MP3),
    "MP3 behind a big picture": (Kind.MP3, id3(2_000_000) + MP3),
    "M4A": (Kind.M4A, M4A),
    "M4A of a recorder": (Kind.M4A, recording("mp4", "aac")),
    "M4A of a download": (Kind.M4A, recording("mp4", "aac", movflags="dash")),
    "M4A by a second brand": (Kind.M4A, b"\0\0\0\x18ftypXXXX\0\0\0\0iso8M4A "),
    "WAV": (Kind.WAV, WAV),
    "big WAV": (Kind.WAV, recording("wav", "pcm_s16le", rf64="always")),
    "FLAC": (Kind.FLAC, FLAC),
    "tagged FLAC": (Kind.FLAC, id3(300) + FLAC),
}
NO_SONGS = {
    "nothing": b"",
    "text": b"ID3 tags, fLaC and RIFF are signatures of WAVE and ftypM4A files.",
    "a program": b"\x7fELF\2\1\1" + bytes(99),
    "a picture": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(99),
    "a web picture": b"RIFF\x24\0\0\0WEBPVP8 ",
    "a film": recording("mov", "aac"),
    "a phone's picture": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "a camera's picture": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "a protected M4A": b"\0\0\0\x18ftypM4P \0\0\0\0M4P mp42",
    "AAC without a box": ADTS,
    "tagged AAC without a box": id3(30) + ADTS,
    "Ogg": recording("ogg", "flac"),
    "AIFF": recording("aiff", "pcm_s16be"),
    "MPEG layer II": recording("mp2", "mp2"),
    "UTF-16": "\ufeffmusic".encode("utf-16-le"),
    "text after a sync": b"\xff\xfb\x90\x44" + b"not a song " * 99,
    "a page behind a tag": id3(30) + b"<html>",
    "a tag of the future": b"ID3\5\0\0\0\0\0\0" + MP3,
}


@pytest.mark.parametrize(("kind", "file"), SONGS.values(), ids=SONGS)
def test_a_song_is_known_by_its_first_bytes(kind: Kind, file: bytes):
    assert check_kind(file[:HEAD_BYTES]) is audio_kind(file) is kind


@pytest.mark.parametrize("file", NO_SONGS.values(), ids=NO_SONGS)
def test_what_is_no_song_is_refused_with_the_formats_that_are(file: bytes):
    assert audio_kind(file) is None
    with pytest.raises(Refused, match="MP3, M4A, WAV or FLAC"):
        check_kind(file)


@pytest.mark.parametrize("rate", [48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000])
def test_every_rate_of_an_mp3_is_known(rate: int):
    file = recording("mp3", "libmp3lame", rate, id3v2_version="0", write_xing="0")
    assert audio_kind(file) is Kind.MP3


@given(st.binary(max_size=40) | st.binary(max_size=400).map(lambda rest: b"ID3\4\0\0" + rest))
def test_any_bytes_are_judged(head: bytes):
    assert audio_kind(head) in {None, *Kind}


def test_a_chain_of_empty_tags_is_no_trap():
    assert audio_kind(id3(0) * 2_000_000) in {None, Kind.MP3}


@given(st.integers(1, MAX_BYTES))
def test_a_file_of_up_to_25_mb_is_let_in(size: int):
    check_size(size)


@pytest.mark.parametrize(("size", "word"), [(0, "empty"), (MAX_BYTES + 1, "larger than 25 MB")])
def test_a_file_without_a_song_or_with_too_much_of_it_is_refused(size: int, word: str):
    assert MAX_BYTES == 25 * 1024 * 1024
    with pytest.raises(Refused, match=word):
        check_size(size)
