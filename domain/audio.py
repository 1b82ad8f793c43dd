"""Which uploads are songs one may hand in: judged by size and first bytes, not by name or declared type."""

from enum import StrEnum

from domain.refusals import Refused

MAX_BYTES = 26_214_400  # 25 MB
HEAD_BYTES = 16_384  # as much of a file as is ever looked at

# By the index in a frame's header; free (0) and forbidden (15) ones are nobody's songs.
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
# Recorders and download programs use the general brands for music as well as for films, so films pass too.
_BRANDS = frozenset({b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"})


class Kind(StrEnum):
    """The value is the usual ending of such a file."""

    MP3 = "mp3"
    M4A = "m4a"
    WAV = "wav"
    FLAC = "flac"


def check_size(size: int) -> None:
    """Raises Refused for a file that needs no download to be refused."""
    if size == 0:
        raise Refused("This file is empty, so please export the song again and send it once more.")
    if size > MAX_BYTES:
        raise Refused("This file is larger than 25 MB, so please send a smaller one, as an MP3 for example.")


def check_kind(head: bytes) -> Kind:
    """Raises Refused for a file that does not begin like a song."""
    if kind := audio_kind(head):
        return kind
    raise Refused("This does not seem to be a song, so please send an MP3, M4A, WAV or FLAC file.")


def audio_kind(head: bytes) -> Kind | None:
    """What a file is that begins like this; None for everything that is not accepted.

    FLAC: `fLaC` (RFC 9639, section 8). WAV: `RIFF`, size, `WAVE` (Microsoft and IBM, Multimedia Programming
    Interface 1.0), or `RF64` (EBU Tech 3306). M4A: see `_is_m4a`. MP3: an MPEG audio frame, see `_is_mp3`.
    Any may stand behind ID3v2 tags; where a tag is longer than what is seen, it is an MP3's.
    """
    head, tagged = _behind_tags(head[:HEAD_BYTES])
    if head.startswith(b"fLaC"):
        return Kind.FLAC
    if _is_mp3(head) or (tagged and not head):
        return Kind.MP3
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Kind.WAV
    return Kind.M4A if _is_m4a(head) else None


def _behind_tags(head: bytes) -> tuple[bytes, bool]:
    """What follows the ID3v2 tags at the start, if there are any (ID3v2.4.0 Structure, section 3.1)."""
    tagged = False
    while head[:3] == b"ID3" and len(head) >= 10 and head[3] in (2, 3, 4) and max(head[6:10]) < 128:
        # Seven bits a byte, without the ten bytes of the header, nor of the footer that a flag announces.
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        head = head[10 + size + (10 if head[5] & 0x10 else 0) :]
        tagged = True
    return head.lstrip(b"\0") if tagged else head, tagged


def _is_mp3(head: bytes) -> bool:
    """One frame alone could be chance, so a second one must follow where the first ends, if that is seen."""
    length = _frame_length(head)
    following = head[length : length + 4]
    return length > 0 and (len(following) < 4 or _frame_length(following) > 0)


def _frame_length(head: bytes) -> int:
    """The bytes of the MPEG audio frame of layer III that starts here; 0 where none does.

    From ISO/IEC 11172-3, section 2.4.2.3, and 13818-3 for halved rates; the quartered ones are "MPEG 2.5".
    """
    header = int.from_bytes(head[:4], "big")
    version, layer, rate = header >> 19 & 3, header >> 17 & 3, header >> 10 & 3
    bitrate = (_KBITS_1 if version == 3 else _KBITS_2)[header >> 12 & 15]
    if len(head) < 4 or header >> 21 != 0x7FF or version == 1 or layer != 1 or rate == 3 or not bitrate:
        return 0
    samples_per_byte = 144 if version == 3 else 72
    hertz = (44_100, 48_000, 32_000)[rate] >> (4 - version) // 2
    return samples_per_byte * bitrate * 1000 // hertz + (header >> 9 & 1)


def _is_m4a(head: bytes) -> bool:
    """Begins with a file type box (ISO/IEC 14496-12, section 4.3) of a brand for music (mp4ra.org)."""
    size = int.from_bytes(head[:4], "big")
    return head[4:8] == b"ftyp" and (head[8:12] in _BRANDS or b"M4A " in head[16:size])
