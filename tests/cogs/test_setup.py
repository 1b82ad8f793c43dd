"""/setup: from an empty server to a played song."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import discord
import pytest
import simcord

from bot import Bot
from cogs.admin.pieces import PIECES, PORTAL, Piece
from cogs.admin.setup_panel import UNKNOWN
from tests.cogs.conftest import Show, text

LINK = "https://youtu.be/{:011}"
NEEDED: list[Piece] = [piece for piece in PIECES.values() if not piece.optional]
CHANNELS = {piece.name for piece in PIECES.values() if piece is not PORTAL} | {"Music review"}
"""All that can be made."""


class Empty:
    """A server in which nothing is set up, with one text channel, its host and a listener."""

    def __init__(self, env: simcord.Env) -> None:
        self.env = env
        self.guild = env.create_guild("Empty")
        self.lobby = self.guild.create_text_channel("general")
        admins = self.guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
        self.host = self.guild.add_member(env.create_user("host", global_name="Host"), roles=[admins])
        self.anna = self.guild.add_member(env.create_user("anna", global_name="Anna"))

    async def setup(self) -> simcord.InteractionResult:
        return await self.host.slash(self.lobby, "setup")

    async def allow(self, **permissions: bool) -> None:
        """Changes what the bot may do in the whole server."""
        [role] = [role for role in self.env.backend.guilds[self.guild.id].roles.values() if role.managed]
        changed = discord.Permissions(role.permissions)
        changed.update(**permissions)
        self.env.backend.edit_role(self.guild.id, role.id, {"permissions": changed.value})
        await self.env.settle()

    def channel(self, name: str) -> simcord.ChannelHandle:
        return self.guild.channels[name]

    @property
    def made(self) -> set[str]:
        return set(self.guild.channels) - {"general"}


@pytest.fixture
async def empty(env: simcord.Env) -> Empty:
    return Empty(env)


def panel(result: simcord.InteractionResult) -> discord.Message:
    """The panel as it is now."""
    assert result.response
    assert result.ephemeral
    return result.response.message


def words(result: simcord.InteractionResult) -> str:
    return str(panel(result).embeds[0].to_dict())


def button(result: simcord.InteractionResult, label: str) -> dict[str, Any]:
    assert result.response
    [found] = [one for row in result.response.components for one in row["components"] if one.get("label") == label]
    return found


async def pick(empty: Empty, opened: simcord.InteractionResult, what: object) -> simcord.InteractionResult:
    """Picks a channel or role for what the panel asks for."""
    assert opened.response
    [menu] = [one for row in opened.response.components for one in row["components"] if one["type"] in (6, 8)]
    return await empty.host.select(panel(opened), [what], custom_id=menu["custom_id"])


async def test_from_an_empty_server_to_the_first_played_song_in_four_steps(empty: Empty) -> None:
    opened = await empty.setup()  # 1
    await empty.host.click(panel(opened), label="Make everything for me")  # 2
    await empty.anna.send(empty.channel("submit-your-song"), LINK.format(1))  # 3
    [board] = [m for m in empty.channel("reviewers").pinned_messages() if str(m.embeds[0].title) == "Reviewer queue"]
    answer = await empty.host.click(board, label="Next")  # 4
    assert "Now playing" in text(answer)
    [post] = empty.channel("now-playing").history()
    assert post.content.endswith("watch?v=00000000001")
    assert empty.channel("bot-debug").history() == []


async def test_one_press_makes_all_that_is_missing_and_the_panel_says_so(empty: Empty) -> None:
    opened = await empty.setup()
    assert words(opened).count("not yet") == 9
    await empty.host.click(panel(opened), label="Make everything for me")
    assert empty.made == CHANNELS
    assert "Reviewers" in empty.guild.roles
    assert "All set" in words(opened)
    assert "not yet" not in words(opened)
    assert "not right" not in words(opened)
    assert button(opened, "Make everything for me")["disabled"]
    assert [m.embeds[0].title for m in empty.channel("live-queue").pinned_messages()] == ["Live queue"]


async def test_what_is_made_is_seen_by_whom_it_is_for(empty: Empty) -> None:
    opened = await empty.setup()
    await empty.host.click(panel(opened), label="Make everything for me")
    guild = empty.env.bot.get_guild(empty.guild.id)
    assert guild
    everyone, reviewers = guild.default_role, discord.utils.get(guild.roles, name="Reviewers")
    assert reviewers
    can = {c.name: (c.permissions_for(everyone), c.permissions_for(reviewers)) for c in guild.text_channels}
    assert [name for name in can if can[name][0].view_channel and name != "general"] == [
        "submit-your-song",
        "live-queue",
        "now-playing",
    ]
    assert can["reviewers"][1].view_channel
    assert can["bookmarks"][1].view_channel
    assert can["post-live-metrics"][1].view_channel
    assert not can["bot-debug"][1].view_channel
    assert [name for name in can if can[name][0].send_messages and can[name][0].view_channel] == [
        "general",
        "submit-your-song",
    ]


async def test_it_can_be_run_again_and_makes_nothing_twice(empty: Empty, make_bot: Callable[[], Bot]) -> None:
    opened = await empty.setup()
    await empty.host.click(panel(opened), label="Make everything for me")
    before = empty.made, len(empty.guild.roles)
    again = await empty.setup()
    assert "All set" in words(again)
    channel = empty.env.bot.get_channel(empty.channel("bookmarks").id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    again = await empty.setup()
    assert "**Bookmarks**: gone, please choose again" in words(again)
    await empty.host.click(panel(again), label="Make just this one")
    assert "All set" in words(again)
    assert (empty.made, len(empty.guild.roles)) == before


async def test_without_the_right_to_make_channels_it_says_so_and_leads_from_pick_to_pick(empty: Empty) -> None:
    await empty.allow(manage_channels=False, manage_roles=False)
    opened = await empty.setup()
    assert "I need Manage Channels" in words(opened)
    assert "I need Manage Roles" in words(opened)
    assert button(opened, "Make everything for me")["disabled"]
    for piece in NEEDED:
        assert f"**{piece.label}**: {piece.why} Pick a channel below." in words(opened)
        await pick(empty, opened, empty.guild.create_text_channel(piece.name))
    assert "**Reviewer role**: Its members run the queue" in words(opened)
    await pick(empty, opened, empty.guild.create_role("Crew"))
    assert "All set" in words(opened)
    assert len(empty.channel("reviewers").pinned_messages()) == 2
    assert f"Everybody can read {empty.channel('reviewers').mention}" in words(opened)


async def test_what_is_wrong_with_one_channel_is_said_once_whatever_it_is_for(empty: Empty) -> None:
    opened = await empty.setup()
    for _ in NEEDED:
        await pick(empty, opened, empty.lobby)
    assert words(opened).count("Everybody can read") == 1


async def test_what_the_bot_may_not_do_is_named_with_the_place_to_change_it(empty: Empty) -> None:
    await empty.allow(pin_messages=False)
    opened = await empty.setup()
    await empty.host.click(panel(opened), label="Make everything for me")
    line = empty.channel("live-queue")
    assert f"In {line.mention} I lack Pin Messages (Server Settings, Roles," in words(opened)
    assert f"**Live queue**: {line.mention}, but see below" in words(opened)
    await empty.allow(pin_messages=True)
    await empty.host.click(panel(opened), label="Check again")
    assert "I lack" not in words(opened)
    assert len(line.pinned_messages()) == 1


async def test_a_channel_that_is_closed_to_the_bot_is_pointed_to_by_its_own_settings(empty: Empty) -> None:
    opened = await empty.setup()
    closed = discord.PermissionOverwrite(attach_files=False)
    stage = empty.guild.create_text_channel("stage", overwrites={empty.guild.default_role: closed})
    await empty.host.select(panel(opened), ["now-playing"], custom_id="setup:goto")
    await pick(empty, opened, stage)
    assert f"In {stage.mention} I lack Attach Files (the channel's own settings, Permissions," in words(opened)


async def test_any_piece_can_be_chosen_anew(empty: Empty) -> None:
    opened = await empty.setup()
    await empty.host.click(panel(opened), label="Make everything for me")
    other = empty.guild.create_text_channel("other")
    await empty.host.select(panel(opened), ["live-queue"], custom_id="setup:goto")
    await pick(empty, opened, other)
    assert f"**Live queue**: {other.mention}" in words(opened)
    assert empty.channel("live-queue").history() == []
    assert [m.embeds[0].title for m in other.pinned_messages()] == ["Live queue"]


async def test_the_portal_is_posted_among_the_submissions_with_the_rest(empty: Empty) -> None:
    opened = await empty.setup()
    assert "**Portal**: not yet, but you can do without it" in words(opened)
    await empty.host.click(panel(opened), label="Make everything for me")
    songs = empty.channel("submit-your-song")
    assert f"**Portal**: {songs.mention}" in words(opened)
    [post] = songs.history()
    assert (await empty.anna.click(post, label="Submit link")).modal


async def test_a_show_is_complete_without_portal_and_reports_and_they_can_be_added_later(empty: Empty) -> None:
    opened = await empty.setup()
    for piece in NEEDED:
        await pick(empty, opened, empty.guild.create_text_channel(piece.name))
    await pick(empty, opened, empty.guild.create_role("Crew"))
    assert "All set" in words(opened)
    await empty.host.select(panel(opened), ["portal"], custom_id="setup:goto")
    await empty.host.click(panel(opened), label="Make just this one")
    assert len(empty.channel("submit-your-song").history()) == 1
    await empty.host.select(panel(opened), ["portal"], custom_id="setup:goto")
    await pick(empty, opened, empty.guild.create_text_channel("lounge"))
    assert f"**Portal**: {empty.channel('lounge').mention}" in words(opened)
    assert "**Post-live metrics**: not yet, but you can do without it" in words(opened)
    assert len(empty.channel("lounge").history()) == 1
    assert empty.channel("submit-your-song").history() == []


async def test_what_hung_in_a_channel_that_was_deleted_is_gone_and_can_be_made_again(empty: Empty) -> None:
    opened = await empty.setup()
    await empty.host.click(panel(opened), label="Make everything for me")
    for name in ("live-queue", "reviewers"):
        channel = empty.env.bot.get_channel(empty.channel(name).id)
        assert isinstance(channel, discord.TextChannel)
        await channel.delete()
    await empty.env.settle()
    opened = await empty.setup()
    assert "**Live queue**: gone, please choose again" in words(opened)
    assert "**Reviewers**: gone, please choose again" in words(opened)
    await empty.host.click(panel(opened), label="Make everything for me")
    assert "All set" in words(opened)
    assert len(empty.channel("reviewers").pinned_messages()) == 2


async def test_what_the_bot_lacks_in_a_channel_with_two_uses_is_said_once(empty: Empty) -> None:
    await empty.allow(pin_messages=False)
    opened = await empty.setup()
    for name in ("live-queue", "reviewers"):
        await empty.host.select(panel(opened), [name], custom_id="setup:goto")
        await pick(empty, opened, empty.lobby)
    assert words(opened).count(f"In {empty.lobby.mention} I lack Pin Messages") == 1


@pytest.mark.parametrize("custom_id", ["setup:make:3", "setup:make:gone"])
async def test_a_button_for_a_piece_that_is_gone_is_refused_in_one_sentence(empty: Empty, custom_id: str) -> None:
    channel = empty.env.bot.get_channel(empty.lobby.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Old", custom_id=custom_id))
    view.stop()  # nobody listens to it as such
    message = await channel.send(view=view)
    await empty.env.settle()
    assert text(await empty.host.click(message, label="Old")).strip() == UNKNOWN
    assert empty.made == set()


async def test_everyone_can_not_be_made_reviewers(empty: Empty) -> None:
    opened = await empty.setup()
    await empty.host.select(panel(opened), ["role"], custom_id="setup:goto")
    answer = await pick(empty, opened, empty.guild.default_role)
    assert "choose a role of its own" in text(answer)
    assert "**Reviewer role**: not yet" in words(opened)


async def test_a_refusal_of_discord_is_told_and_setup_goes_on_from_there(empty: Empty) -> None:
    opened = await empty.setup()
    path = f"/guilds/{empty.guild.id}/channels"
    error = {"status": 400, "code": 30013, "message": "Maximum number of guild channels reached (500)"}
    empty.env.inject_error("POST", path, times=1, **error)
    answer = await empty.host.click(panel(opened), label="Make everything for me")
    assert "Maximum number of guild channels reached" in text(answer)
    assert "**Reviewer role**: <@&" in words(opened)
    await empty.host.click(panel(opened), label="Make everything for me")
    assert "All set" in words(opened)
    assert [role.name for role in empty.env.backend.guilds[empty.guild.id].roles.values()].count("Reviewers") == 1


async def test_two_admins_at_once_make_it_once(empty: Empty) -> None:
    from cogs.admin.making import make
    from cogs.admin.setup_panel import EVERYTHING

    bot, guild = empty.env.bot, empty.env.bot.get_guild(empty.guild.id)
    assert isinstance(bot, Bot)
    assert guild
    results = await asyncio.gather(
        *(make(bot, guild, EVERYTHING, empty.host.id, number) for number in (1, 2)), return_exceptions=True
    )
    await empty.env.settle()
    assert sorted(str(result) for result in results) == ["I am making them already. Please give me a moment.", "None"]
    assert empty.made == CHANNELS


def tree_of(show: Show) -> discord.app_commands.CommandTree[Any]:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot.tree


async def test_only_admins_set_up_even_where_discord_was_told_otherwise(show: Show) -> None:
    known = {one.name: one for one in await tree_of(show).fetch_commands()}
    for name in ("setup", "settings", "show-settings", "selfheal", "cleandebugchannel", "setup-post-live-metrics"):
        show.guild.set_command_permissions(known[name], {show.reviewers: True})
        assert "Only administrators" in text(await show.rita.slash(show.songs, name)), name
