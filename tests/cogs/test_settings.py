"""/settings, /show-settings and what they change."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import discord
import pytest
import simcord

from bot import Bot
from cogs.admin.settings_panel import GONE
from db import blocks
from domain.blocks import BlockKind
from domain.settings import DEFAULTS, OPTIONS, Group, Number
from tests.cogs.conftest import Show, text

LINK = "https://youtu.be/{:011}"
MENU = "settings:option"


async def open_settings(show: Show, group: str = "SUBMITTING") -> simcord.InteractionResult:
    opened = await show.host.slash(show.songs, "settings")
    if group != "SUBMITTING":
        await show.host.select(panel(opened), [group], custom_id="settings:group")
    return opened


def panel(result: simcord.InteractionResult) -> discord.Message:
    assert result.response
    assert result.ephemeral
    return result.response.message


def words(result: simcord.InteractionResult) -> str:
    return str(panel(result).embeds[0].to_dict())


async def type_in(show: Show, opened: simcord.InteractionResult, *typed: str, label: str = "Change") -> str:
    """Opens a form by its button and sends it; returns what was said beside the panel."""
    asked = await show.host.click(panel(opened), label=label)
    assert asked.modal
    fields = [label["component"]["custom_id"] for label in asked.modal["components"]]
    return text(await show.host.submit_modal(asked, dict(zip(fields, typed, strict=False))))


def bot_of(show: Show) -> Bot:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot


async def value(show: Show, name: str) -> Any:
    return getattr(await bot_of(show).settings(show.guild.id), name)


async def test_every_setting_is_on_a_page_with_its_value_range_and_default(show: Show) -> None:
    opened = await open_settings(show)
    assert panel(opened).embeds[0].title == "Settings: Submitting"
    assert "**7 days** (0 to 365; by default 7 days)" in words(opened)
    found = ""
    for group in Group:
        found += words(await open_settings(show, group.name))
    assert all(option.label.replace("'", "\\'") in found or option.label in found for option in OPTIONS.values())


async def test_a_number_is_typed_and_counts_at_once(show: Show) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["repeat_days"], custom_id=MENU)
    await type_in(show, opened, "0")
    assert await value(show, "repeat_days") == 0
    assert "'value': '0 days'" in words(opened)


async def test_what_is_no_such_number_gets_one_sentence_with_the_range(show: Show) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["repeat_days"], custom_id=MENU)
    for typed in ("seven", "-1", "366", "1e3", "٣", "9" * 40, "7.5"):
        said = await type_in(show, opened, typed)
        assert "Days before a repeat is a whole number from 0 to 365" in said, typed
    assert await value(show, "repeat_days") == 7


async def test_a_switch_is_turned_by_one_press_and_a_second_press_of_the_same_changes_nothing(show: Show) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["free_open"], custom_id=MENU)
    before = panel(opened)
    await show.host.click(panel(opened), label="Change to: closed")
    assert await value(show, "free_open") is False
    assert "Closed; paid skips are taken" in str(show.board("Live queue").embeds[0].to_dict())
    assert "'value': 'closed'" in words(opened)
    assert before.id == panel(opened).id


async def test_it_is_shown_who_changed_it_and_when_and_the_default_can_be_put_back(show: Show) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["repeat_days"], custom_id=MENU)
    assert "Changed by" not in words(opened)
    await type_in(show, opened, "30")
    assert f"the default\\nChanged by <@{show.host.id}> <t:" in words(opened)
    await show.host.click(panel(opened), label="Put the default back")
    assert await value(show, "repeat_days") == 7
    assert "30 days\\nChanged by" in words(opened)


@pytest.mark.parametrize(
    ("typed", "zone"), [("europe/berlin", "Europe/Berlin"), ("America/New York", "America/New_York")]
)
async def test_a_time_zone_is_taken_in_its_own_spelling(show: Show, typed: str, zone: str) -> None:
    opened = await open_settings(show, "SERVER")
    await show.host.select(panel(opened), ["time_zone"], custom_id=MENU)
    await type_in(show, opened, typed)
    assert await value(show, "time_zone") == zone
    await show.submit(show.anna, LINK.format(1))  # PostgreSQL reckons with it


async def test_what_is_no_time_zone_gets_one_sentence(show: Show) -> None:
    opened = await open_settings(show, "SERVER")
    await show.host.select(panel(opened), ["time_zone"], custom_id=MENU)
    for typed in ("Mars/Olympus", "'; drop table songs", "Factory", "posix/UTC", "\x00"):
        assert "is a name such as Europe/Berlin" in await type_in(show, opened, typed), typed
    assert await value(show, "time_zone") == "UTC"


async def test_a_form_shows_the_value_there_is(show: Show) -> None:
    for name in {option.group: name for name, option in OPTIONS.items() if isinstance(option, Number)}.values():
        opened = await open_settings(show, OPTIONS[name].group.name)
        await show.host.select(panel(opened), [name], custom_id=MENU)
        asked = await show.host.click(panel(opened), label="Change")
        assert asked.modal
        assert asked.modal["components"][0]["component"]["value"] == str(getattr(DEFAULTS, name))


async def test_changed_settings_outlive_a_restart(show: Show, make_bot: Callable[[], Bot]) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["repeat_days"], custom_id=MENU)
    await type_in(show, opened, "1")
    await show.restart(make_bot)
    assert await value(show, "repeat_days") == 1


async def test_artists_and_links_are_blocked_and_unblocked(show: Show) -> None:
    opened = await open_settings(show, "artist")
    assert "Nothing is blocked" in words(opened)
    await type_in(show, opened, "  Noisy   NEIGHBOUR ", "too loud", label="Block…")
    assert "Noisy NEIGHBOUR" in words(opened)
    assert "too loud" in text(await show.submit(show.anna, LINK.format(1), artist="noisy neighbour"))
    [mark] = [
        o["value"] for row in rows(opened) for o in row["components"][0].get("options", []) if len(o["value"]) == 64
    ]
    await show.host.select(panel(opened), [mark], custom_id="settings:unblock:0")
    assert "Nothing is blocked" in words(opened)
    assert "Handed in" in text(await show.submit(show.anna, LINK.format(1), artist="noisy neighbour"))
    await show.host.select(panel(opened), ["link"], custom_id="settings:group")
    assert "One song" in await type_in(show, opened, "https://open.spotify.com/playlist/1", label="Block…")
    await type_in(show, opened, LINK.format(2), label="Block…")
    assert "not taken here" in text(await show.submit(show.ben, "https://www.youtube.com/watch?v=00000000002&t=5"))


def rows(opened: simcord.InteractionResult) -> list[Any]:
    assert opened.response
    return opened.response.components


async def test_a_block_of_somebody_who_was_forgotten_is_listed_as_somebodys(show: Show) -> None:
    async with bot_of(show).pool.acquire() as con:
        await blocks.add(con, show.guild.id, BlockKind.ARTIST, "abba", "Abba", "", by_id=0)
    listed = panel(await open_settings(show, "artist")).embeds[0].description or ""
    assert listed.startswith("Abba · somebody <t:")


async def test_a_long_list_of_blocks_can_be_paged(show: Show) -> None:
    async with bot_of(show).pool.acquire() as con:
        for number in range(45):
            await con.execute(
                "insert into blocks (guild_id, kind, value, shown, by_id) values ($1, 'artist', $2, $2, 1)",
                show.guild.id,
                f"artist {number}",
            )
    opened = await open_settings(show, "artist")
    seen = words(opened)
    for _ in range(2):
        await show.host.click(panel(opened), label="Other entries")
        seen += words(opened)
    assert all(f"artist {number} ·" in seen for number in range(45))


async def test_a_list_of_blocks_fits_whatever_was_typed(show: Show) -> None:
    async with bot_of(show).pool.acquire() as con:
        for number in range(30):
            await con.execute(
                "insert into blocks (guild_id, kind, value, shown, reason, by_id) values ($1, 'artist', $2, $3, $3, 1)",
                show.guild.id,
                str(number),
                "*𝄞" * 100,
            )
    assert words(await open_settings(show, "artist")).count("<@1>") == 15


async def test_a_portal_whose_channel_is_gone_is_forgotten_with_the_rest(show: Show) -> None:
    await show.host.slash(show.stage, "setup-portal")
    opened = await show.host.slash(show.songs, "show-settings")
    assert f"Portal: {show.stage.mention}" in words(opened)
    assert button(opened, "Prune missing channels")["disabled"]
    async with bot_of(show).pool.acquire() as con:
        await con.execute("update portals set channel_id = 1")  # as if its end had gone unheard
    opened = await show.host.slash(show.songs, "show-settings")
    assert "Portal: its channel is gone, see /setup-portal" in words(opened)
    await show.host.click(panel(opened), label="Prune missing channels")
    assert panel(opened).content == "Forgotten: Portal."
    assert "Portal: not set" in words(opened)
    assert button(opened, "Prune missing channels")["disabled"]


async def test_what_is_gone_is_forgotten_at_a_press_that_says_what(show: Show) -> None:
    opened = await show.host.slash(show.songs, "show-settings")
    assert button(opened, "Prune missing channels")["disabled"]
    for channel in (show.stage, show.line):
        found = show.env.bot.get_channel(channel.id)
        assert isinstance(found, discord.TextChannel)
        await found.delete()
    guild = show.env.bot.get_guild(show.guild.id)
    assert guild
    role = guild.get_role(show.reviewers.id)
    assert role
    await role.delete()
    await show.env.settle()
    opened = await show.host.slash(show.songs, "show-settings")
    assert "Now playing: its channel is gone" in words(opened)
    assert "Live queue: its channel is gone" in words(opened)
    await show.host.click(panel(opened), label="Prune missing channels")
    assert panel(opened).content == "Forgotten: Now playing, Reviewer role, Live queue."
    assert await value(show, "now_playing_channel") is None
    assert await value(show, "submission_channel") == show.songs.id
    assert "Live queue: not set" in words(opened)
    assert button(opened, "Prune missing channels")["disabled"]


def button(opened: simcord.InteractionResult, label: str) -> dict[str, Any]:
    [found] = [one for row in rows(opened) for one in row["components"] if one.get("label") == label]
    return found


async def test_what_is_drawn_names_the_setting_so_that_an_upgrade_never_makes_it_mean_another(show: Show) -> None:
    for name in ("free_open", "repeat_days", "time_zone"):
        option = OPTIONS[name]
        opened = await open_settings(show, option.group.name)
        await show.host.select(panel(opened), [name], custom_id=MENU)
        drawn = [one["custom_id"] for row in rows(opened) for one in row["components"]]
        assert [custom_id.split(":")[2] for custom_id in drawn] == [name, name, option.group.name]


async def test_a_button_of_a_setting_that_is_gone_is_refused_in_one_sentence(show: Show) -> None:
    before = await bot_of(show).settings(show.guild.id)
    for custom_id in (
        "settings:turn:0:0",  # as an earlier version named it
        "settings:turn:gone:0",
        "settings:turn:repeat_days:1",  # which is no switch any more
        "settings:reset:gone",
        "settings:change:gone",
        "settings:back:GONE",
        "settings:back:0",
    ):
        message = await drawn_before(show, discord.ui.Button(label="Old", custom_id=custom_id))
        assert text(await show.host.click(message, label="Old")).strip() == GONE, custom_id
    assert await bot_of(show).settings(show.guild.id) == before


async def test_an_entry_of_a_select_that_is_gone_is_refused_in_one_sentence(show: Show) -> None:
    for custom_id, value in product(("settings:option", "settings:group"), ("0", "gone")):
        options = [discord.SelectOption(label="Old", value=value)]
        message = await drawn_before(show, discord.ui.Select(custom_id=custom_id, options=options))
        assert text(await show.host.select(message, [value], custom_id=custom_id)).strip() == GONE, custom_id


async def drawn_before(show: Show, item: discord.ui.Item[Any]) -> discord.Message:
    """A message of an earlier version of the bot."""
    channel = show.env.bot.get_channel(show.debug.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(item)
    view.stop()  # nobody listens to it as such
    message = await channel.send(view=view)
    await show.env.settle()
    return message


async def test_somebody_who_is_no_admin_any_more_changes_nothing(show: Show) -> None:
    opened = await open_settings(show)
    await show.host.select(panel(opened), ["free_open"], custom_id=MENU)
    show.env.backend.remove_member_role(show.guild.id, show.host.id, show.guild.roles["Admins"].id)
    await show.env.settle()
    assert "Only administrators" in text(await show.host.click(panel(opened), label="Change to: closed"))
    assert await value(show, "free_open") is True
