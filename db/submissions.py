"""Handing in, and what a submitter may do to a song of their own."""

from __future__ import annotations

from dataclasses import dataclass

from db import blocks, config, lifts, log, points, songs
from db.lock import guild_lock
from db.pool import Connection
from domain.blocks import BlockKind, artist_value, refusal
from domain.lines import Line
from domain.refusals import Refused
from domain.settings import Settings
from domain.songs import NOT_KNOWN, HandIn, Hold, Person, Situation, Song, placing


class NotYours(Refused):
    def __init__(self) -> None:
        super().__init__("This song is somebody else's, or is not there any more. /mysubmissions shows yours.")


class TakenAlready(Refused):
    def __init__(self) -> None:
        super().__init__("This song has been taken already. /mysubmissions shows it.")


@dataclass(frozen=True, slots=True)
class Held:
    """A song that is kept, but in no line, until its submitter has chosen."""

    song: Song
    why: Hold


async def hand_in(con: Connection, guild_id: int, user: Person, entry: HandIn) -> Song | Held:
    """Takes a song, in one transaction under the guild's lock; the same source and part only once.

    Raises Refused, and keeps nothing then, when there is no choice to offer.
    """
    async with guild_lock(con, guild_id):
        song_id = await con.fetchval(
            """
            insert into submissions (guild_id, user_id, user_name, source, part, song_key, url, file_id, file_name,
                                     artist, title, note, paid)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (guild_id, source, part) do nothing returning id
            """,
            guild_id,
            user.id,
            user.name,
            entry.source,
            entry.part,
            entry.key,
            entry.url,
            entry.file_id,
            entry.file_name,
            entry.artist,
            entry.title,
            entry.note,
            entry.paid,
        )
        if song_id is None:
            raise TakenAlready
        return await _place(con, guild_id, user, song_id)


async def hand_in_again(con: Connection, guild_id: int, user: Person, past_id: int, source: int) -> Song | Held:
    """Takes an earlier song of the user once more, like hand_in; a stored file is used again."""
    async with guild_lock(con, guild_id):
        past = await own(con, user.id, past_id)
        if past.guild_id != guild_id:
            raise NotYours
        song_id = await con.fetchval(
            """
            insert into submissions (guild_id, user_id, user_name, source, song_key, url, file_id, file_name,
                                     artist, title, note)
            select guild_id, user_id, $2, $3, song_key, url, file_id, file_name, artist, title, note
            from submissions where id = $1
            on conflict (guild_id, source, part) do nothing returning id
            """,
            past_id,
            user.name,
            source,
        )
        if song_id is None:
            raise TakenAlready
        return await _place(con, guild_id, user, song_id)


async def _place(con: Connection, guild_id: int, user: Person, song_id: int) -> Song | Held:
    settings = await config.load(con, guild_id)
    row = await con.fetchrow(
        """
        select s.paid, s.repeat_ok, s.artist, s.song_key,
            (select o.id from submissions as o where o.guild_id = $1 and o.song_key = s.song_key and o.line <= 7
             order by o.line, o.turn_score desc, o.turn_since, o.id limit 1) as duplicate,
            exists (select from submissions as o where o.guild_id = $1 and o.song_key = s.song_key
                    and o.started_at > now() - make_interval(days => $3)) as played_recently,
            exists (select from submissions as o
                    where o.guild_id = $1 and o.line = 6 and o.user_id = s.user_id) as has_free_song
        from submissions as s where s.id = $2
        """,
        guild_id,
        song_id,
        settings.repeat_days,
    )
    assert row is not None
    duplicate = await songs.place(con, row["duplicate"]) if row["duplicate"] else None
    situation = Situation(
        settings.free_open,
        settings.skips_open,
        duplicate.words if duplicate else None,
        row["played_recently"],
        row["has_free_song"],
        refusal(await blocks.against(con, guild_id, user.id, row["artist"], row["song_key"])),
    )
    verdict = placing(situation, paid=row["paid"], repeat_ok=row["repeat_ok"])
    if isinstance(verdict, Hold):
        return Held(await own(con, user.id, song_id), verdict)
    await log.record(con, guild_id, user, "submit", [song_id], verdict)
    await con.execute(
        """
        update submissions set line = $2, submitted_at = clock_timestamp(), entered_at = clock_timestamp()
        where id = $1
        """,
        song_id,
        verdict,
    )
    await _award(con, guild_id, user.id, settings)
    await lifts.ask(con, guild_id, user.id)
    return await own(con, user.id, song_id)


async def _award(con: Connection, guild_id: int, user_id: int, settings: Settings) -> None:
    await points.award_first_song(con, guild_id, user_id, settings)
    await points.rescore(con, guild_id, user_id)


async def own(con: Connection, user_id: int, song_id: int) -> Song:
    """A song of this user; raises NotYours."""
    song = await songs.of_user(con, user_id, song_id)
    if song is None:
        raise NotYours
    return song


async def override_repeat(con: Connection, user: Person, song_id: int) -> Song | Held:
    """Hands in a held song although it was played lately."""
    return await decide(con, user, song_id, "update submissions set repeat_ok = true where id = $1")


async def replace_free(con: Connection, user: Person, song_id: int) -> Song | Held:
    """Hands in a held song in the stead of the user's waiting Free songs, which are withdrawn."""
    guild_id = (await own(con, user.id, song_id)).guild_id
    async with guild_lock(con, guild_id):
        outcome = await decide(con, user, song_id)
        if isinstance(outcome, Held) and outcome.why is Hold.FREE_TAKEN:
            rows = await con.fetch(
                "select id from submissions where guild_id = $1 and user_id = $2 and line = 6", guild_id, user.id
            )
            await take_out(con, guild_id, user, [row["id"] for row in rows], f"replaced by #{song_id}")
            outcome = await _place(con, guild_id, user, song_id)
        return outcome


async def claim_skip(con: Connection, user: Person, song_id: int) -> Song | Held:
    """Says that a skip was paid for a song: a held or Free one goes to Pending Skips, unless it is blocked now."""
    song = await own(con, user.id, song_id)
    if song.line is None:
        return await decide(con, user, song_id, "update submissions set paid = true where id = $1")
    async with guild_lock(con, song.guild_id):
        song = await own(con, user.id, song_id)
        if song.line is Line.PENDING:
            raise Refused("A reviewer has been asked already and will decide soon.")
        if song.line is not Line.FREE:
            raise Refused(
                f"This song is in {song.line.label if song.line else 'no line'}, so no skip can be asked for."
            )
        await _check_blocks(con, song)
        await log.record(con, song.guild_id, user, "claim", [song_id], Line.PENDING)
        await con.execute(
            "update submissions set line = 7, paid = true, entered_at = clock_timestamp() where id = $1", song_id
        )
        return await own(con, user.id, song_id)


async def _check_blocks(con: Connection, song: Song) -> None:
    """Raises Refused for a song that would not be taken any more."""
    key = await con.fetchval("select song_key from submissions where id = $1", song.id)
    if reason := refusal(await blocks.against(con, song.guild_id, song.user_id, song.artist, key)):
        raise Refused(reason)


async def decide(con: Connection, user: Person, song_id: int, decision: str = "") -> Song | Held:
    """Hands in a held song after a decision about it, a statement of ours; without one for a further look."""
    song = await own(con, user.id, song_id)
    async with guild_lock(con, song.guild_id):
        if (await own(con, user.id, song_id)).line is not None:
            raise Refused("This song has been handed in already. /mysubmissions shows it.")
        if decision:
            await con.execute(decision, song_id)
        return await _place(con, song.guild_id, user, song_id)


async def edit(
    con: Connection, user: Person, song_id: int, artist: str | None, title: str | None, note: str | None
) -> Song:
    """Changes the words of a song that is not played yet; None leaves one as it is. Its place stays."""
    song = await own(con, user.id, song_id)
    async with guild_lock(con, song.guild_id):
        song = await own(con, user.id, song_id)
        if not still_waits(song):
            raise Refused("Only a song that still waits can be edited.")
        await _check_artist(con, song, artist)
        if song.line is not None:  # a held one is in no line yet
            await log.record(con, song.guild_id, user, "edit", [song_id], None)
        await con.execute(
            """
            update submissions
            set artist = coalesce($2, artist), title = coalesce($3, title), note = coalesce($4, note) where id = $1
            """,
            song_id,
            artist,
            title,
            note,
        )
        return await own(con, user.id, song_id)


async def _check_artist(con: Connection, song: Song, artist: str | None) -> None:
    """Raises Refused for a new artist who is blocked."""
    if artist is not None and artist_value(artist) != artist_value(song.artist):
        found = await blocks.against(con, song.guild_id, song.user_id, artist, key="")
        if reason := refusal([block for block in found if block.kind is BlockKind.ARTIST]):
            raise Refused(reason)


async def withdraw(con: Connection, user: Person, song_id: int) -> Song:
    """Takes a waiting song out of the line; a held one is simply not handed in. Returns it as it was."""
    song = await own(con, user.id, song_id)
    async with guild_lock(con, song.guild_id):
        song = await own(con, user.id, song_id)
        if not still_waits(song):
            raise Refused("Only a song that still waits can be withdrawn.")
        await take_out(con, song.guild_id, user, [song_id])
        return song


def still_waits(song: Song) -> bool:
    return song.line is None or song.line.waiting


async def take_out(con: Connection, guild_id: int, user: Person, song_ids: list[int], reason: str = "") -> None:
    """Withdraws songs; belongs into a transaction under the guild's lock."""
    if song_ids:
        await log.record(con, guild_id, user, "withdraw", song_ids, Line.REMOVED, reason)
        await con.execute(
            "update submissions set line = 9, entered_at = clock_timestamp() where id = any($1::bigint[])", song_ids
        )


async def fill_title(con: Connection, song_id: int, title: str) -> Song:
    """Gives a song its title, unless somebody has named it meanwhile; returns it as it is then."""
    await con.execute("update submissions set title = $2 where id = $1 and title = $3", song_id, title, NOT_KNOWN)
    row = await con.fetchrow(f"select {songs.COLUMNS} from submissions as s where s.id = $1", song_id)
    if row is None:
        raise NotYours
    return songs.song(row)
