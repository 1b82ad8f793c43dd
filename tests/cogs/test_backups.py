"""The hourly backup, /backup, and nobody in any who was forgotten."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import Bot
from db import files
from db.backups import load
from db.pool import Connection
from tests.cogs.conftest import Show, text
from tests.cogs.test_privacy import forget


def folder(show: Show) -> Path:
    assert isinstance(show.env.bot, Bot)
    return show.env.bot.backups.place


def names(show: Show) -> list[str]:
    return sorted(os.listdir(folder(show)))


def make_old(show: Show, hours: int = 1) -> None:
    """As if what is there had been made so long ago."""
    for name in names(show):
        made = datetime.now(UTC) - timedelta(hours=hours)
        (folder(show) / name).rename(folder(show) / f"backup-{made:%Y-%m-%dT%H-%M-%SZ}.json")


async def test_there_is_one_from_the_start_and_a_new_one_every_hour(show: Show) -> None:
    [first] = names(show)
    load(folder(show) / first)
    await show.env.advance_time(70)
    assert names(show) == [first]
    make_old(show)
    await show.env.advance_time(70)
    assert len(names(show)) == 2


async def test_with_one_of_the_future_there_is_still_one_an_hour(show: Show) -> None:
    make_old(show, hours=-24)
    [future] = names(show)
    await show.env.advance_time(200)
    [_, kept] = names(show)
    assert kept == future


async def test_an_admin_makes_one_at_once_and_is_told_its_name_and_size(show: Show) -> None:
    make_old(show)
    said = text(await show.host.slash(show.songs, "backup"))
    newest = names(show)[-1]
    assert said == f"`{newest}` is in the bot's folder `backups`: {(folder(show) / newest).stat().st_size} bytes."
    assert len(names(show)) == 2


@pytest.mark.parametrize("command", ["backup", "performance"])
async def test_only_admins_may(show: Show, command: str) -> None:
    assert isinstance(show.env.bot, Bot)
    [known] = [found for found in await show.env.bot.tree.fetch_commands() if found.name == command]
    show.guild.set_command_permissions(known, {show.rita: True})  # as an admin may, by hand
    assert "Only administrators" in text(await show.rita.slash(show.songs, command))


async def test_one_that_fails_is_told_once_and_tried_on(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("The disk is full")

    make_old(show)
    with monkeypatch.context() as patch:
        patch.setattr(files, "put", full)
        await show.env.advance_time(200)
    [told] = show.debug.history()
    assert "The hourly backup could not be made" in str(told.embeds[0].description)
    await show.env.advance_time(70)
    assert len([name for name in names(show) if name.endswith(".json")]) == 2


async def test_who_is_forgotten_is_in_no_kept_backup(show: Show, con: Connection) -> None:
    await show.host.slash(show.debug, "coins add", user=show.anna, amount=5)
    await show.host.slash(show.debug, "coins add", user=show.ben, amount=7)
    make_old(show)
    await show.host.slash(show.debug, "backup")
    newest = folder(show) / names(show)[-1]
    assert str(show.anna.id) in newest.read_text()
    for _ in range(2):
        await forget(show, show.anna)
    assert [str(show.anna.id) in (folder(show) / name).read_text() for name in names(show)] == [False, False]
    load(newest)
    coins: list[Any] = json.loads(newest.read_text())["coin_balances"]
    assert coins[1:] == [[show.guild.id, show.ben.id, 7]]
