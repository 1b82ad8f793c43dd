"""The fields of a submitter's forms."""

from __future__ import annotations

import discord
from discord import ui

LINK_HINT = "SoundCloud, Spotify, YouTube, Deezer or Ditto"


def typed(label: ui.Label[ui.Modal]) -> str:
    assert isinstance(label.component, ui.TextInput)
    return label.component.value


def line(text: str, value: str, most: int, *, required: bool = False, hint: str = "") -> ui.Label[ui.Modal]:
    return ui.Label(
        text=text,
        component=ui.TextInput(default=value or None, required=required, max_length=most, placeholder=hint or None),
    )


def skip_question() -> ui.Label[ui.Modal]:
    options = [
        discord.RadioGroupOption(label="Free", value="free", default=True),
        discord.RadioGroupOption(label="I paid for a skip", value="paid", description="A reviewer checks it"),
    ]
    return ui.Label(text="Free or paid skip?", component=ui.RadioGroup(options=options, required=False))


def paid(label: ui.Label[ui.Modal]) -> bool:
    """What was answered to the skip question; no answer is Free."""
    assert isinstance(label.component, ui.RadioGroup)
    return label.component.value == "paid"


def fill(label: ui.Label[ui.Modal], text: str) -> None:
    """Shows what is there already."""
    assert isinstance(label.component, ui.TextInput)
    label.component.default = text or None
