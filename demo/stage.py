"""The demo's server: everybody in one channel, in real time, and the page that shows it in the browser."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import simcord

from demo import cast

log = logging.getLogger(__name__)

PORT = 7300
CATCHING_UP = 60.0
"""Seconds that SimCord's clock may move on at once, after the computer has slept."""
PAUSE = 30.0
"""Seconds for which the players wait after somebody at the page has pressed something."""
KEPT = 24
"""Messages that stay in the channel besides the boards; more would push the boards out of sight."""
REPORT = "Post-live report"
"""Of these the newest stays, too, until the next LIVE has one."""
RECENT = 200
"""Interactions that SimCord remembers: a press is one, and so is every letter of an autocompletion."""
NOT_PRESSED = {"refresh", "focus", "history", "browse_messages", "browse_candidates", "configure_presentation"}
"""What the page asks for by itself, or for somebody who only looks around."""
TOPIC = "Paste the link of a song, type / to see the commands, or press a button."


class Stage:
    """SimCord does one thing at a time, and whoever holds `turn` may do it."""

    def __init__(self, env: simcord.Env) -> None:
        self.env = env
        self.turn = asyncio.Lock()
        self._last_press = -PAUSE
        self._news = True
        self._inboxes: dict[int, int] = {}
        host = self._person(cast.HOST)
        self.guild = env.create_guild("Friday Music Review", owner=host)
        self.channel = self.guild.create_text_channel("music-review", topic=TOPIC)
        self.role = self.guild.create_role("Reviewers")
        self.host = self.guild.add_member(host)
        self.reviewer = self._join(cast.REVIEWER, self.role)
        self.listeners = [self._join(name) for name in cast.LISTENERS]
        self.crowd = [self._join(name) for name in cast.CROWD]
        self._close_direct_messages_of(self.listeners[cast.LISTENERS.index(cast.SHY)])
        env.backend.subscribers.append(self._overhear)

    def _join(self, name: str, *roles: simcord.RoleHandle) -> simcord.MemberActor:
        return self.guild.add_member(self._person(name), roles=roles)

    def _person(self, name: str) -> simcord.UserHandle:
        """With somebody under whose name the direct messages to them are repeated in the channel."""
        person = self.env.create_user(name.lower(), global_name=name)
        self._inboxes[person.id] = self.env.create_user(f"Direct message to {name}", bot=True).id
        return person

    def _close_direct_messages_of(self, person: simcord.MemberActor) -> None:
        path, why = f"/channels/{person.user.dm_channel.id}/messages", "Cannot send messages to this user"
        self.env.inject_error("POST", path, status=403, code=50007, message=why, times=None)

    def _overhear(self, event: str, payload: Mapping[str, Any]) -> None:
        """Notes that there is news for the page. It shows one channel, so direct messages are repeated there."""
        if not event.startswith("MESSAGE_"):
            return
        channel = self.env.backend.get_channel(int(payload["channel_id"]))
        if channel.id == self.channel.id:
            self._news = True
        elif event == "MESSAGE_CREATE":
            self._repeat(channel.id, int(payload["id"]), channel.recipient_ids[0])

    def _repeat(self, channel_id: int, message_id: int, reader_id: int) -> None:
        """With its buttons, if the reader can be played: they know their song, and work wherever they are pressed."""
        message = self.env.backend.get_message(channel_id, message_id)
        self.env.backend.create_message(
            self.channel.id,
            self._inboxes[reader_id],
            message.content,
            embeds=deepcopy(message.embeds),
            attachments=deepcopy(message.attachments),
            components=[] if reader_id in {person.id for person in self.crowd} else deepcopy(message.components),
        )

    def dismiss(self, result: simcord.InteractionResult) -> None:
        """Takes away a private answer that has been read."""
        if (answer := result.response) and answer.ephemeral:
            self.env.backend.delete_message(answer.channel_id, answer.id)

    @property
    def busy(self) -> bool:
        """Whether somebody at the page is in the middle of something, so that the players had better wait."""
        return asyncio.get_running_loop().time() < self._last_press + PAUSE

    async def open_page(self) -> str:
        """Returns the page's address; the page goes when the offline Discord ends."""
        viewers = [self.host, self.reviewer, *self.listeners]
        for port in (PORT, 0):
            self._page = self.env.preview(self.channel, viewers=viewers, layout="channel", port=port)
            self._page.capability = "demo"  # the address need not be secret, but the same next time
            with suppress(simcord.SetupError):  # the port is taken
                await self._page.__aenter__()
                break
        self._make_the_page_wait_its_turn()
        if boards := self.channel.pinned_messages():
            await self._page.show(boards[0])
        return self._page.url

    def _make_the_page_wait_its_turn(self) -> None:
        """SimCord has no gate of its own: a press during another action would end the session on the page.

        One on a view that is half a second old would be lost, so each is taken for one on the newest.
        """
        page, act = self._page, self._page._action

        async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
            async with self.turn:
                view = page._get_page(context_id)
                before = self._newest(view.viewer)
                receipt = await act(context_id, {**body, "published_revision": view.revision})
                if body["kind"] not in NOT_PRESSED:
                    self._last_press = asyncio.get_running_loop().time()
                if (newest := self._newest(view.viewer)) != before:
                    view.target_id = newest  # the page scrolls down to it
                    page._publish(view)
                return receipt

        page._action = act_in_turn

    def _newest(self, viewer: simcord.MemberActor) -> int | None:
        messages = self.env.backend.messages[self.channel.id].values()
        return max((message.id for message in messages if message.visible_to(viewer.id)), default=None)

    async def keep_page(self) -> None:
        """Opens the page again when somebody ends its session there, so that a reload brings it back."""
        while True:
            await self._page.wait_closed()
            async with self.turn:
                await self.open_page()

    async def keep_time(self) -> None:
        """Moves SimCord's clock on with the real one, and shows on the page what is new."""
        for second in itertools.count():
            await asyncio.sleep(1)
            try:
                async with self.turn:
                    behind = (datetime.now(UTC) - self.env.now()).total_seconds()
                    await self.env.advance_time(min(max(behind, 0.0), CATCHING_UP))
                    if self._news or second % 15 == 0:  # "3 minutes ago" grows older without news
                        await self._show()
            except Exception as error:  # noqa: BLE001  (the demo goes on, whatever happens in a second)
                log.warning("The demo's clock stumbled: %s", error)

    async def _show(self) -> None:
        self._sweep()
        self._news = False
        await self._page.refresh()

    def _sweep(self) -> None:
        """Forgets what nobody needs any more, so that the demo can go on for days."""
        backend = self.env.backend
        chat = [message for message in backend.messages[self.channel.id].values() if not message.pinned]
        reports = [message for message in chat if message.embeds and REPORT in message.embeds[0].get("title", "")]
        for message in chat[:-KEPT]:
            if message not in reports[-1:]:
                backend.delete_message(message.channel_id, message.id)
        for interaction in list(backend.interactions.values())[:-RECENT]:
            del backend.interactions[interaction.id], backend.interaction_tokens[interaction.token]
        for channel_id in backend.dm_channels.values():
            backend.messages[channel_id].clear()
        backend.http_requests.clear()
        backend.transcript.clear()
