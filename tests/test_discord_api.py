"""The judge of our requests is no rubber stamp, and has nothing against a real bot."""

import io
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands, ui
from discord.ext import commands

from tests.discord_api import DOCUMENT, check

described = pytest.mark.skipif(not DOCUMENT.exists(), reason=f"Discord's description of its API is not at {DOCUMENT}")


@dataclass
class Request:
    method: str
    path: str
    json: Any = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    reason: str | None = None


MESSAGES = "/channels/123/messages"
CALLBACK = "/interactions/123/token/callback"
COMMANDS = "/applications/123/commands"


def sent(**message: Any) -> Request:
    return Request("POST", MESSAGES, message)


def embed(**parts: Any) -> Request:
    return sent(embeds=[parts])


def answer(kind: int, **data: Any) -> Request:
    return Request("POST", CALLBACK, {"type": kind, "data": data}, {"with_response": 1})


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "a", **parts: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": "Next", **parts}


def select(count: int = 3, **parts: Any) -> dict[str, Any]:
    options = [{"label": str(number), "value": str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **parts}


def text(content: str = "a") -> dict[str, Any]:
    return {"type": 10, "content": content}


def field_of(**parts: Any) -> dict[str, Any]:
    return {"name": "a", "value": "b", **parts}


def text_input(**parts: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Link", "component": {"type": 4, "custom_id": "link", "style": 1, **parts}}


def modal(*components: dict[str, Any], **parts: Any) -> Request:
    return answer(9, **{"custom_id": "m", "title": "Submit", "components": list(components) or [text_input()], **parts})


def command(**parts: Any) -> dict[str, Any]:
    return {"name": "submit", "description": "Hand in a song", "type": 1, **parts}


def option(**parts: Any) -> dict[str, Any]:
    return {"type": 3, "name": "handle", "description": "Yours", **parts}


def synced(*all_commands: dict[str, Any]) -> Request:
    return Request("PUT", COMMANDS, list(all_commands))


GOOD = [
    sent(content="x" * 2000, nonce=123, enforce_nonce=True, allowed_mentions={"parse": []}),
    sent(content="a", message_reference={"message_id": 1, "channel_id": 2, "fail_if_not_exists": False}),
    sent(embeds=[], attachments=[{"id": 0, "filename": "song.mp3", "description": "d" * 1024}]),
    embed(title="x" * 256, description="x" * 4096, type="rich", color=0xFFFFFF, timestamp="2026-01-31T00:00:00+00:00"),
    embed(fields=[field_of()] * 25, image={"url": "attachment://a.png"}, url="https://youtu.be/a"),
    sent(components=[row(*(button(f"{line}{place}") for place in range(5))) for line in range(5)]),
    sent(components=[row(select(25, min_values=0, max_values=25)), row({"type": 5, "custom_id": "u"})]),
    sent(components=[row({"type": 2, "style": 5, "url": "https://a.com", "emoji": {"name": "🔥", "id": None}})]),
    sent(components=[{"type": 17, "components": [text("x" * 4000), row(button())]}], flags=1 << 15),
    answer(4, content="a", flags=64),
    answer(5, flags=64),
    Request("POST", CALLBACK, {"type": 6}),
    answer(7, embeds=[], components=[]),
    answer(8, choices=[{"name": "x" * 100, "value": "v"}] * 25),
    modal(),
    modal(*[text_input(custom_id=str(number), max_length=4000) for number in range(5)]),
    synced(command(options=[option(required=True), option(name="note")]), {"name": "Show Song", "type": 3}),
    Request("GET", MESSAGES, params={"limit": 50, "before": 123}),
    Request("PATCH", f"{MESSAGES}/456", {"content": None, "embeds": []}),
    Request("PUT", f"{MESSAGES}/pins/456", reason="the board"),
    Request("DELETE", f"{MESSAGES}/456"),
    Request("PUT", f"{MESSAGES}/456/reactions/%E2%9C%85/@me"),
    Request("PATCH", "/webhooks/1/token/messages/@original", {"content": "a"}, {"with_components": True}),
    Request("POST", "/webhooks/1/token", {"content": "a"}, {"wait": 1}),
    Request("GET", "/gateway/bot"),
]
BEYOND_LIMITS = {
    "content": sent(content="x" * 2001),
    "embeds: longer than 6000": sent(embeds=[{"description": "x" * 4000}, {"footer": {"text": "x" * 2001}}]),
    "components: more than 5 rows": sent(components=[row(button(str(number))) for number in range(6)]),
    "only rows": sent(components=[text()]),
    "custom_id 'a': 2 times": sent(components=[row(button(), button())]),
    "a select fills its row": sent(components=[row(select(), button())]),
    "style 5 has a url": sent(components=[row({"type": 2, "style": 5, "label": "a"})]),
    "style 1 has a custom_id": sent(components=[row(button(url="https://a.com"))]),
    "without label": sent(components=[row(button(label=""))]),
    "1 to 4 of 3 options": sent(components=[row(select(max_values=4))]),
    "value '0': 2 times": sent(components=[row(select(options=[{"label": "a", "value": "0"}] * 2))]),
    "content: not beside": sent(content="a", components=[text()], flags=1 << 15),
    "more than 40 in all": sent(components=[{"type": 17, "components": [text()] * 40}], flags=1 << 15),
    "more than 4000 characters": sent(components=[text("x" * 2001)] * 2, flags=1 << 15),
    "data.custom_id 'link': 2 times": modal(text_input(), text_input()),
    "more than 5 in a modal": modal(*[text_input(custom_id=str(number)) for number in range(6)]),
    "the name 'Submit'": synced(command(name="Submit")),
    "the name 'a b'": synced(command(options=[option(name="a b")])),
    "name 'submit': 2 times": synced(command(), command()),
    "more than 100 commands": synced(*(command(name=f"c{number}") for number in range(101))),
    "required option after": synced(command(options=[option(), option(name="b", required=True)])),
    "longer than 8000": synced(
        command(options=[option(name=f"o{n}", choices=[{"name": "x" * 50, "value": "x" * 50}] * 4) for n in range(21)])
    ),
    "the reason": Request("DELETE", f"{MESSAGES}/1", reason="x" * 513),
}
BEYOND_DESCRIPTION = {
    "embeds[0].description: it is longer than 4096": embed(description="x" * 4097),
    "embeds[0].title: it is longer than 256": embed(title="x" * 257),
    "embeds[0].fields: it has more than 25": embed(fields=[field_of()] * 26),
    "embeds[0].fields[0].name: it is longer than 256": embed(fields=[field_of(name="x" * 257)]),
    "embeds[0].fields[0].value: it is longer than 1024": embed(fields=[field_of(value="x" * 1025)]),
    "embeds[0].footer.text: it is longer than 2048": embed(footer={"text": "x" * 2049}),
    "embeds[0].author.name: it is longer than 256": embed(author={"name": "x" * 257}),
    "embeds[0].timestamp": embed(timestamp="today"),
    "embeds: it has more than 10": sent(embeds=[{}] * 11),
    "attachments: it has more than 10": sent(attachments=[{"id": number} for number in range(11)]),
    "attachments[0].description": sent(attachments=[{"id": 0, "description": "x" * 1025}]),
    "components[0].components[0].custom_id: it is longer than 100": sent(components=[row(button("x" * 101))]),
    "components[0].components[0].label: it is longer than 80": sent(components=[row(button(label="x" * 81))]),
    "components[0].components: it has more than 5": sent(components=[row(*(button(str(n)) for n in range(6)))]),
    "components[0].components[0].options: it has more than 25": sent(components=[row(select(26))]),
    "components[0].components[0].options[0].label": sent(
        components=[row(select(options=[{"label": "x" * 101, "value": "v"}]))]
    ),
    "components[0].components[0].type: 99 may not stand here": sent(components=[row({"type": 99})]),
    "components[0].type: 18 may not stand here": sent(components=[text_input()]),
    "type: 3 may not stand here": answer(3),
    "data.components[0].type: 18 may not stand here": answer(4, components=[text_input()]),
    'data: "title" is a required property': answer(9, custom_id="m", components=[text_input()]),
    "data.title: it is longer than 45": modal(title="x" * 46),
    "data.components[0].label: it is longer than 45": modal(text_input() | {"label": "x" * 46}),
    "data.components[0].component.max_length": modal(text_input(max_length=4001)),
    "data.choices: it has more than 25": answer(8, choices=[{"name": "a", "value": "v"}] * 26),
    "[0].name: it is longer than 32": synced(command(name="x" * 33)),
    "[0].description: it is longer than 100": synced(command(description="x" * 101)),
    "[0].options: it has more than 25": synced(command(options=[option(name=f"o{n}") for n in range(26)])),
    "[0].options[0].choices: it has more than 25": synced(
        command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])
    ),
    "no such route": Request("GET", "/channels/123/messages/456/boards"),
    "no such route ": Request("PUT", MESSAGES),
    "the parameter limit may not be 101": Request("GET", MESSAGES, params={"limit": 101}),
    "the parameter page is not known": Request("GET", MESSAGES, params={"page": 2}),
    "the parameter channel_id may not be 'None'": Request("GET", "/channels/None/messages"),
    "the body is missing": Request("PUT", COMMANDS),
    "no body is taken here": Request("DELETE", f"{MESSAGES}/1", {"content": "a"}),
}


@described
def test_what_discord_takes_passes():
    assert check(GOOD) == []


@pytest.mark.parametrize(("words", "request_"), BEYOND_LIMITS.items(), ids=BEYOND_LIMITS)
def test_what_is_beyond_a_limit_gets_one_complaint(words: str, request_: Request):
    complaints = check([request_])
    assert len(complaints) == 1
    assert words in complaints[0]


@described
@pytest.mark.parametrize(("words", "request_"), BEYOND_DESCRIPTION.items(), ids=BEYOND_DESCRIPTION)
def test_what_is_beyond_the_description_gets_a_complaint_that_says_where(words: str, request_: Request):
    complaints = check([request_])
    assert any(f": {words.strip()}" in complaint for complaint in complaints), complaints
    assert complaints[0].startswith(f"{request_.method} {request_.path}: ")
    assert max(map(len, complaints)) < 200


class Form(ui.Modal, title="Submit"):
    link = ui.Label(text="Link", component=ui.TextInput(custom_id="link", max_length=200))

    async def on_submit(self, interaction: discord.Interaction):
        await interaction.response.send_message(embed=discord.Embed(description="Taken"), ephemeral=True)


class Buttons(ui.View):
    @ui.button(label="Submit", emoji="🎵", custom_id="submit")
    async def submit(self, interaction: discord.Interaction, _: Any):
        await interaction.response.send_modal(Form())

    @ui.button(label="Refresh", custom_id="refresh")
    async def refresh(self, interaction: discord.Interaction, _: Any):
        await interaction.response.edit_message(content="Refreshed", view=Buttons(timeout=None))

    @ui.select(custom_id="line", options=[discord.SelectOption(label="Free"), discord.SelectOption(label="5 Skip")])
    async def move(self, interaction: discord.Interaction, _: Any):
        await interaction.response.defer()
        await interaction.edit_original_response(content="Moved", view=None)


class Board(ui.LayoutView):
    everything = ui.Container[Any](ui.TextDisplay("The line"), ui.Separator(), accent_colour=1)


def small_bot() -> commands.Bot:
    bot = commands.Bot("!", intents=discord.Intents.all(), allowed_mentions=discord.AllowedMentions.none())

    @bot.tree.command(description="Post the board")
    @app_commands.describe(title="Its title", rows="How many songs")
    async def board(interaction: discord.Interaction, title: str, rows: app_commands.Range[int, 1, 25] = 10):
        await interaction.response.defer(ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        embed = discord.Embed(title=title, timestamp=discord.utils.utcnow()).set_image(url="attachment://song.png")
        file = discord.File(io.BytesIO(b"song"), "song.png", description="a song")
        message = await interaction.channel.send(embed=embed, file=file, view=Buttons(timeout=None))
        await message.pin(reason="the board")
        await message.add_reaction("✅")
        reply = await message.reply(f"{rows} songs")
        await reply.edit(content=None, embed=embed.set_image(url=None))
        assert [it async for it in interaction.channel.history(limit=5)]
        await reply.delete()
        await interaction.channel.send(view=Board())
        await interaction.user.send("Posted")
        await interaction.edit_original_response(content="Posted")
        await interaction.followup.send("Again", ephemeral=True)

    @board.autocomplete("title")
    async def titles(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=current.title(), value=current)]

    @bot.event
    async def setup_hook():
        await bot.tree.sync()

    return bot


@described
async def test_a_real_bot_gets_no_complaint():
    async with simcord.run(small_bot()) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("songs")
        alice = guild.add_member(env.create_user("alice"))
        await alice.autocomplete(channel, "board", "title", "the line")
        await alice.slash(channel, "board", title="The line", rows=5)
        board = channel.pinned_messages()[0]
        shown = await alice.click(board, custom_id="submit")
        await alice.submit_modal(shown, {"link": "https://youtu.be/a"})
        await alice.click(board, custom_id="refresh")
        await alice.select(board, ["Free"], custom_id="line")
        answers = [it.json for it in env.http_requests if it.path.endswith("/callback") and it.json]
        assert {it["type"] for it in answers} == {4, 5, 6, 7, 8, 9}
        assert check(env.http_requests) == []
