"""Whose a TikTok handle is: linking it, proving that it is one's own, and an admin's last word."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs import rights
from cogs.answers import Interaction, acknowledge, answer
from cogs.handles import at, choices, seen_handles
from cogs.text import count, joined, person, shown, since
from db import accounts, verifications
from db.accounts import SUGGESTED, Linked
from db.verifications import Proven
from domain.handles import Account, beginning_of, handle_of
from domain.refusals import Refused

if TYPE_CHECKING:
    from bot import Bot

log = logging.getLogger(__name__)

EMBED = 4096
"""Characters that Discord allows in an embed's description."""


async def own_handles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return await _handles_of(interaction, interaction.user.id, typed)


async def handles_of_the_user(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Of whom the admin has named before; only for admins, since it shows whose handles are whose."""
    user = getattr(interaction.namespace, "user", None)
    if user is None or not interaction.permissions.administrator:
        return []
    return await _handles_of(interaction, user.id, typed)


async def _handles_of(interaction: Interaction, user_id: int, typed: str) -> list[app_commands.Choice[str]]:
    async with interaction.client.connection() as con:
        linked = await accounts.of_user(con, rights.guild_of(interaction).id, user_id)
    return choices([account for account in linked if account.handle.startswith(beginning_of(typed))][:SUGGESTED])


class Accounts(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.left_unsettled.start()

    async def cog_unload(self) -> None:
        self.left_unsettled.cancel()

    @app_commands.command(name="link-tiktok", description="Link a TikTok handle of yours, so that its points are yours")
    @app_commands.describe(handle="The name behind the @ on your profile")
    @app_commands.autocomplete(handle=seen_handles)
    async def link(self, interaction: Interaction, handle: str) -> None:
        await acknowledge(interaction)
        guild, name = rights.guild_of(interaction), handle_of(handle)
        async with self.bot.connection() as con:
            linked = await accounts.link(con, guild.id, interaction.user.id, name, any_handle=self.bot.any_handle)
        self.bot.dispatch("queue_changed", guild.id)
        await answer(interaction, f"{at(name)} is linked to you. {_what_it_brings(linked)}")

    @app_commands.command(name="unlink-tiktok", description="Have a TikTok handle be yours no more")
    @app_commands.describe(handle="One of those that are linked to you")
    @app_commands.autocomplete(handle=own_handles)
    async def unlink(self, interaction: Interaction, handle: str) -> None:
        await acknowledge(interaction)
        guild, name = rights.guild_of(interaction), handle_of(handle)
        async with self.bot.connection() as con:
            if not await accounts.unlink(con, guild.id, interaction.user.id, name):
                raise Refused("This handle is not linked to you. /my-tiktok-handles shows those that are.")
        self.bot.dispatch("queue_changed", guild.id)
        await answer(interaction, f"{at(name)} is not linked to you any more. Its points stay with the handle.")

    @app_commands.command(name="verify-tiktok", description="Prove that a TikTok handle is yours, and link it")
    @app_commands.describe(handle="The name behind the @ on your profile")
    @app_commands.autocomplete(handle=seen_handles)
    async def verify(self, interaction: Interaction, handle: str) -> None:
        await acknowledge(interaction)
        guild, name = rights.guild_of(interaction), handle_of(handle)
        async with self.bot.connection() as con:
            code = await verifications.begin(con, guild.id, interaction.user.id, name)
        until = discord.utils.format_dt(code.expires_at, "t")
        await answer(
            interaction,
            f"Please type **{code.text}** in the chat of the LIVE, as {at(name)}, before {until}. "
            "Once I have seen it there, the handle is linked to you, and I send you a message.",
        )

    @app_commands.command(name="my-tiktok-handles", description="The TikTok handles that are linked to you")
    async def mine(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        guild = rights.guild_of(interaction)
        async with self.bot.connection() as con:
            linked = await accounts.of_user(con, guild.id, interaction.user.id)
        text = joined(map(_line, linked), EMBED) or "None is linked to you yet. /link-tiktok links one."
        embed = discord.Embed(title="Your TikTok handles", description=text, color=discord.Color(0x5865F2))
        await answer(interaction, embed=embed)

    @app_commands.command(name="admin-link", description="Link a TikTok handle to somebody, whoever has it now")
    @app_commands.describe(user="Whose it becomes", handle="The name behind the @ on the profile")
    @app_commands.default_permissions(administrator=True)
    @app_commands.autocomplete(handle=seen_handles)
    async def admin_link(self, interaction: Interaction, user: discord.User, handle: str) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild, name, by = rights.guild_of(interaction), handle_of(handle), interaction.user.id
        async with self.bot.connection() as con:
            await accounts.move(con, guild.id, user.id, name, by, any_handle=self.bot.any_handle)
        self.bot.dispatch("queue_changed", guild.id)
        await answer(interaction, f"{at(name)} is linked to {shown(person(user).name, 80)}, and to nobody else.")

    @app_commands.command(name="admin-unlink", description="Take a TikTok handle from somebody")
    @app_commands.describe(user="Who has it now", handle="One of those that are linked to them")
    @app_commands.default_permissions(administrator=True)
    @app_commands.autocomplete(handle=handles_of_the_user)
    async def admin_unlink(self, interaction: Interaction, user: discord.User, handle: str) -> None:
        await acknowledge(interaction)
        rights.admins_only(interaction)
        guild, name, whose = rights.guild_of(interaction), handle_of(handle), shown(person(user).name, 80)
        async with self.bot.connection() as con:
            if not await accounts.unlink(con, guild.id, user.id, name):
                raise Refused(f"{at(name)} is not linked to {whose}.")
        self.bot.dispatch("queue_changed", guild.id)
        await answer(interaction, f"{at(name)} is not linked to {whose} any more. Its points stay with the handle.")

    @commands.Cog.listener()
    async def on_code_typed(self, guild_id: int) -> None:
        async with self.bot.connection() as con:
            proven = await verifications.settle(con, guild_id)
        if proven:
            self.bot.dispatch("queue_changed", guild_id)
        for proof in proven:
            await self._tell(guild_id, proof)

    async def _tell(self, guild_id: int, proof: Proven) -> None:
        """By DM; to those who take none, /my-tiktok-handles shows it."""
        guild = self.bot.get_guild(guild_id)
        server = f"**{shown(guild.name, 50)}** · " if guild else ""
        with suppress(discord.HTTPException):
            user = self.bot.get_user(proof.user_id) or await self.bot.fetch_user(proof.user_id)
            await user.send(f"{server}You have proven that {at(proof.handle)} is yours, and it is linked to you.")

    @tasks.loop(minutes=1)
    async def left_unsettled(self) -> None:
        """For hints that were lost, and proofs from before a restart."""
        try:
            async with self.bot.connection() as con:
                guilds = await verifications.guilds_with_proofs(con)
            for guild_id in guilds:
                await self.on_code_typed(guild_id)
        except Exception as error:  # noqa: BLE001  (an exception would end the loop for good)
            log.warning("Proofs wait until the next look: %r", error)

    @left_unsettled.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()


def _what_it_brings(linked: Linked) -> str:
    account = linked.account
    if account.last_seen is None:
        return "Nobody has seen it in a LIVE yet; from then on, what it earns is yours."
    paid = f" Luxury Coins that waited there are paid out: {linked.paid:,}." if linked.paid else ""
    return f"Its points count for your songs: {account.points:,} so far.{paid}"


def _line(account: Account) -> str:
    seen = f"seen {since(account.last_seen)}" if account.last_seen else "not seen in a LIVE yet"
    verified = " · verified" if account.verified else ""
    return f"**{at(account.handle)}** · {count(account.points, 'point')} · {seen}{verified}"


async def setup(bot: Bot) -> None:
    await bot.add_cog(Accounts(bot))
