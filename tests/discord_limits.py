"""What Discord limits without saying so in the description of its API (docs.discord.com says it in words)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

V2 = 1 << 15  # the flag of a message that is made of components alone
ROW, BUTTON, STRING_SELECT, TEXT = 1, 2, 3, 10
SELECTS = {STRING_SELECT, 5, 6, 7, 8}
LINK, PREMIUM = 5, 6


def check(path: str, body: Any) -> Iterator[str]:
    """One complaint for each limit that the body of a request is beyond."""
    if path.endswith("/commands") and body:
        yield from _commands(body if isinstance(body, list) else [body])
    elif isinstance(body, dict):
        yield from _message(body)
        # The answer to an interaction, and what opens a thread in a forum.
        for key in ("data", "message"):
            if isinstance(message := body.get(key), dict):
                yield from (f"{key}.{complaint}" for complaint in _message(message))


def _message(message: Json) -> Iterator[str]:
    components = list(_below(message))
    if len(message.get("content") or "") > 2000:
        yield "content: longer than 2000 characters"
    if sum(map(_embed_length, message.get("embeds") or [])) > 6000:
        yield "embeds: longer than 6000 characters together"
    if "title" in message:
        if len(message.get("components") or []) > 5:
            yield "components: more than 5 in a modal"
    elif (message.get("flags") or 0) & V2:
        yield from _made_of_components(message, components)
    else:
        yield from _rows(message.get("components") or [])
    yield from _twice("custom_id", components)
    for component in components:
        yield from _component(component)


def _below(parent: Json) -> Iterator[Json]:
    """Every component in a message or in a component, whatever holds it."""
    held = [*(parent.get("components") or []), parent.get("accessory"), parent.get("component")]
    for child in filter(None, held):
        yield child
        yield from _below(child)


def _embed_length(embed: Json) -> int:
    fields = embed.get("fields") or []
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    texts = [embed.get("title"), embed.get("description"), footer.get("text"), author.get("name")]
    texts += [field.get(part) for field in fields for part in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _made_of_components(message: Json, components: list[Json]) -> Iterator[str]:
    for part in ("content", "embeds", "poll", "sticker_ids"):
        if message.get(part):
            yield f"{part}: not beside components V2"
    if len(components) > 40:
        yield "components: more than 40 in all"
    if sum(len(it.get("content", "")) for it in components if it.get("type") == TEXT) > 4000:
        yield "components: more than 4000 characters of text in all"


def _rows(rows: list[Json]) -> Iterator[str]:
    if len(rows) > 5:
        yield "components: more than 5 rows"
    if any(row.get("type") != ROW for row in rows):
        yield "components: only rows without the flag of components V2"


def _twice(key: str, things: list[Json]) -> Iterator[str]:
    counts = Counter(it[key] for it in things if it.get(key) is not None)
    yield from (f"{key} {it!r}: {count} times" for it, count in counts.items() if count > 1)


def _component(component: Json) -> Iterator[str]:
    kind, children = component.get("type"), component.get("components") or []
    if kind == ROW and len(children) > 1 and any(it.get("type") in SELECTS for it in children):
        yield "components: a select fills its row"
    if kind == BUTTON:
        yield from _button(component)
    if kind in SELECTS:
        yield from _select(component)


def _button(button: Json) -> Iterator[str]:
    style = button.get("style")
    needed = "url" if style == LINK else "sku_id" if style == PREMIUM else "custom_id"
    if [key for key in ("url", "sku_id", "custom_id") if button.get(key)] != [needed]:
        yield f"components: a button of style {style} has a {needed} and nothing else like it"
    if style != PREMIUM and not (button.get("label") or button.get("emoji")):
        yield "components: a button without label and emoji"


def _select(select: Json) -> Iterator[str]:
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    options = select.get("options") or []
    if least > most or (select["type"] == STRING_SELECT and most > len(options)):
        yield f"components: {least} to {most} of {len(options)} options"
    if sum(it.get("default", False) for it in options) > most:
        yield "components: more default options than may be chosen"
    yield from _twice("value", options)


def _commands(commands: list[Json]) -> Iterator[str]:
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        alike = [it for it in commands if it.get("type", 1) == kind]
        if len(alike) > most:
            yield f"more than {most} commands of type {kind}"
        yield from _twice("name", alike)
    for command in commands:
        name = command.get("name")
        if _command_length(command) > 8000:
            yield f"{name}: longer than 8000 characters in all"
        if command.get("type", 1) == 1:
            yield from (f"{name}: {complaint}" for complaint in _named(command))


def _named(thing: Json) -> Iterator[str]:
    """What is wrong with the names in a command or an option, and with their order."""
    name, options = thing.get("name", ""), thing.get("options") or []
    if name != name.lower() or not re.fullmatch(r"[-_'\w]{1,32}", name):
        yield f"the name {name!r}"
    needed = [it.get("required", False) for it in options]
    if needed != sorted(needed, reverse=True):
        yield f"{name}: a required option after one that is not"
    yield from _twice("name", options)
    for option in options:
        yield from _named(option)


def _command_length(thing: Json) -> int:
    own = sum(len(str(thing.get(part) or "")) for part in ("name", "description", "value"))
    return own + sum(map(_command_length, [*(thing.get("options") or []), *(thing.get("choices") or [])]))
