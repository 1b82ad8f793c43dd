"""What the README promises."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import discord

from cogs.admin.permissions import BOARD, MAKE_CHANNELS, MAKE_ROLES, POST, SONG_POST, SUBMISSIONS
from domain.environment import Environment

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text("utf-8")


def test_the_invitation_asks_for_just_the_permissions_that_are_used() -> None:
    used = {name for needs in (BOARD, POST, SONG_POST, SUBMISSIONS) for name in needs.names}
    used |= {MAKE_CHANNELS, MAKE_ROLES}
    asked = re.search(r"permissions=(\d+)", README)
    assert asked
    assert discord.Permissions(int(asked[1])) == discord.Permissions(**dict.fromkeys(used, True))


def test_every_variable_is_explained_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text("utf-8")
    assert len(re.findall(r"(?m)^# .*\n(?:# .*\n)*[A-Z_]+=$", example)) == len(fields(Environment))


def test_every_file_it_names_exists() -> None:
    for name in re.findall(r"\]\((docs/[^)]+)\)|`([a-z]+/(?:[a-z_]+\.py)?)`", README):
        path = PROJECT / (name[0] or name[1])
        assert path.exists() or path.name == "data", path


def test_no_address_of_a_registry_is_locked_in() -> None:
    for lock in PROJECT.glob("*.lock"):
        assert "://" not in lock.read_text("utf-8")
