"""The fields of a submitter's forms."""

from __future__ import annotations

from typing import Any

from discord import RadioGroupOption, ui

LINK_HINT = "SoundCloud, Spotify, YouTube, Deezer or Ditto"


def line(text: str, most: int, *, required: bool = False, hint: str = "") -> ui.Label[ui.Modal]:
    return ui.Label(text=text, component=ui.TextInput(required=required, max_length=most, placeholder=hint or None))


def skip_question() -> ui.Label[ui.Modal]:
    options = [
        RadioGroupOption(label="Free", value="free", default=True),
        RadioGroupOption(label="I paid for a skip", value="paid", description="A reviewer checks it"),
    ]
    return ui.Label(text="Free or paid skip?", component=ui.RadioGroup(options=options, required=False))


def typed(label: ui.Label[Any]) -> str:
    """What was typed or picked; empty for nothing, and for a file."""
    field = label.component
    return field.value or "" if isinstance(field, ui.TextInput | ui.RadioGroup) else ""


def fill(label: ui.Label[Any], text: str) -> None:
    """Shows what is there already; a file has to be chosen again."""
    match label.component:
        case ui.TextInput() as field:
            field.default = text or None
        case ui.RadioGroup() as field if text:
            for option in field.options:
                option.default = option.value == text
        case _:
            pass
