"""What a stranger sees who starts the bot without a token."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.conftest import reachable_folder

PROJECT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM"),
    pytest.mark.xdist_group("demo"),  # which takes long to start
]


@dataclass
class Demo:
    folder: Path
    process: subprocess.Popen[str]
    address: str


@contextmanager
def a_demo(folder: Path) -> Generator[Demo]:
    """A demo started from a copy of the program, which prints its address."""
    parts = ("bot.py", "running.py", "cogs", "db", "demo", "domain", "migrations")
    for part in parts:
        source = PROJECT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    known = {name: value for name, value in os.environ.items() if name not in ("DISCORD_BOT_TOKEN", "DATABASE_URL")}
    command = [sys.executable, "-u", "bot.py"]
    log = (folder / "log").open("w")
    with (
        log,
        subprocess.Popen(command, cwd=folder, env=known, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            yield Demo(folder, process, _address(process, folder))
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str], folder: Path) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"The demo is at (http://127\.0\.0\.1:\d+/\S*)$", line):
            return found[1]
    pytest.fail(f"It printed no address: {(folder / 'log').read_text()}")


class Visitor:
    """Somebody at the page, who sees and presses what is there."""

    def __init__(self, address: str) -> None:
        self.place, _, capability = address.partition("#")
        self.headers = {"X-Simcord-Capability": capability, "Content-Type": "application/json"}
        self.seen = self._ask("api/pages", {})
        self.headers["X-Simcord-Context"] = self.seen["context"]["id"]
        self.pressed = 0

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.place + path, data, self.headers), timeout=10) as answer:
            return json.load(answer)

    def act(self, kind: str, **more: Any) -> None:
        self.pressed += 1
        context = {
            "generation": self.seen["context"]["generation"],
            "bot_generation": self.seen["botGeneration"],
            "published_revision": self.seen["publishedRevision"],
        }
        body = {"protocol_version": 3, "sequence": self.pressed, "request_id": str(self.pressed), "kind": kind}
        receipt = self._ask("api/action", body | context | more)
        assert receipt["settlement"] == "settled", receipt
        self.look()

    def look(self) -> None:
        self.seen = self._ask("api/state")

    def play(self, name: str) -> None:
        [viewer] = [viewer["id"] for viewer in self.seen["viewers"] if viewer["name"] == name]
        self.act("viewer", viewer_id=viewer)

    def press(self, label: str) -> None:
        """The lowest button with that label."""
        for message in reversed(self.messages):
            for row in message["components"]:
                for button in row["components"]:
                    if button.get("label") == label:
                        self.act("click", control_key=button["control_key"], target_id=message["id"])
                        return
        pytest.fail(f"There is no button {label}")

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [self.seen["messages"][name] for name in self.seen["timeline"]]

    def board(self, title: str) -> str:
        [text] = [e["description"] for m in self.messages for e in m["embeds"] if e.get("title") == title]
        return text


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with reachable_folder() as folder, a_demo(folder) as demo:
        yield demo


@pytest.fixture
def address(demo: Demo) -> str:
    return demo.address


def test_the_boards_are_full_when_the_page_opens(address: str) -> None:
    visitor = Visitor(address)
    assert visitor.seen["viewers"][0]["name"] == "Robin"
    for board in ("Live queue", "Reviewer queue"):
        assert visitor.board(board).startswith("Now playing: ")
        assert len(re.findall(r"(?m)^`\d+` ", visitor.board(board))) >= 7
    assert visitor.board("Pending skips")


def test_a_pasted_song_gets_into_the_line_and_its_buttons_work(address: str) -> None:
    visitor = Visitor(address)
    visitor.play("Mia")
    visitor.act("send_message", content="https://youtu.be/dQw4w9WgXcQ")
    assert "Mia" in visitor.board("Live queue")
    assert visitor.messages[-1]["author"]["name"] == "Direct message to Mia"
    visitor.press("I paid for a skip")
    assert "Mia" not in visitor.board("Live queue")
    assert "Mia" in visitor.board("Pending skips")


def test_whose_direct_messages_are_closed_is_answered_in_the_channel(address: str) -> None:
    visitor = Visitor(address)
    visitor.play("Leo")
    visitor.act("send_message", content="https://music.apple.com/us/album/one/1")
    assert "Apple Music" in visitor.messages[-1]["content"]


def test_a_form_that_is_refused_is_no_fault_of_the_demo(address: str) -> None:
    visitor = Visitor(address)
    visitor.play("Aisha")
    visitor.press("Submit link")
    form = visitor.seen["modal"]
    [link] = [each["component"] for each in form["payload"]["components"] if each["label"] == "Link"]
    visitor.act("modal_submit", modal_handle=form["handle"], values={link["custom_id"]: "https://example.com/song"})
    assert "SoundCloud, Spotify, YouTube, Deezer or Ditto" in visitor.messages[-1]["content"]
    assert visitor.messages[-1]["embeds"][0]["title"] == "What you typed"


def test_the_bot_listens_to_a_live_and_its_gifts_lift_songs(address: str) -> None:
    visitor = Visitor(address)
    assert any(embed.get("title") == "Connected to a LIVE" for m in visitor.messages for embed in m["embeds"])
    deadline = time.monotonic() + 60
    while "by a gift" not in visitor.board("Reviewer queue") and time.monotonic() < deadline:
        time.sleep(0.5)
        visitor.look()
    assert "by a gift" in visitor.board("Reviewer queue")


def test_in_the_end_it_goes_within_5_s_and_leaves_nothing_running_and_no_complaint(demo: Demo) -> None:
    Visitor(demo.address)
    assert _at_work_in(demo.folder)
    since = time.monotonic()
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(10) == 0
    assert time.monotonic() - since < 5
    assert not _at_work_in(demo.folder)
    log = (demo.folder / "log").read_text()
    for noise in ("Traceback", "was destroyed", "Unclosed", "never awaited", "WARNING", "ERROR"):
        assert noise not in log


def _at_work_in(folder: Path) -> list[psutil.Process]:
    """The processes of the demo and of its PostgreSQL; a dead one that waits to be buried has no folder any more."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found
