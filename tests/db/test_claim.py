"""Whether this bot may work on a data folder: one bot at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.claim import CannotClaim, claim
from tests.db.servers import unprivileged

ROOT = Path(__file__).parents[2]
OTHER_BOT = """
import sys
from pathlib import Path
from db.claim import CannotClaim, claim
try:
    with claim(Path(sys.argv[1])):
        print("mine", flush=True)
        sys.stdin.read()
except CannotClaim as refused:
    print(refused, flush=True)
"""


@contextmanager
def other_bot(folder: Path) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", OTHER_BOT, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_second_bot_on_the_folder_says_so_in_one_line(tmp_path: Path) -> None:
    with claim(tmp_path), other_bot(tmp_path) as second:
        said = says(second)
        assert "Another bot" in said
        assert str(tmp_path) in said
        assert second.wait(10) == 0


def test_after_a_kill_9_the_folder_is_free(tmp_path: Path) -> None:
    with other_bot(tmp_path) as first:
        assert says(first) == "mine"
        with pytest.raises(CannotClaim), claim(tmp_path):
            pass
        first.kill()
        first.wait(10)
        with claim(tmp_path):
            pass


def test_after_a_clean_end_the_folder_is_free(tmp_path: Path) -> None:
    with claim(tmp_path):
        pass
    with other_bot(tmp_path) as next_one:
        assert says(next_one) == "mine"


def test_the_folder_is_made(tmp_path: Path) -> None:
    with claim(tmp_path / "some" / "dätä folder"):
        assert (tmp_path / "some" / "dätä folder").is_dir()


def test_a_folder_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(CannotClaim, match="can't be used") as refused, claim(tmp_path / "data"):
        pass
    assert "\n" not in str(refused.value)


def test_a_folder_that_may_not_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with unprivileged(), pytest.raises(CannotClaim, match="Permission denied"), claim(tmp_path):
        pass
