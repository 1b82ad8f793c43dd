"""Keeping files: judged before they are kept, under a name of our own."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import aiofiles
import aiofiles.os
import aiohttp
import discord

from cogs.text import plain
from domain.audio import HEAD_BYTES, check_kind, check_size
from domain.refusals import Refused

ENDINGS = (".mp3", ".m4a", ".wav", ".flac")


@dataclass(frozen=True, slots=True)
class Upload:
    """A kept file; `key` is its SHA-256, `name` what it was called, made safe."""

    id: UUID
    key: str
    name: str


def looks_like_audio(attachment: discord.Attachment) -> bool:
    """Whether somebody means it as a song; what it really is, its bytes tell when it is kept."""
    declared = attachment.content_type or ""
    return declared.startswith("audio/") or attachment.filename.lower().endswith(ENDINGS)


async def keep(attachment: discord.Attachment, folder: Path) -> Upload:
    """Stores a song whole or not at all, as `folder`/UUID. Raises Refused for what is no song."""
    check_size(attachment.size)
    try:
        content = await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        raise Refused("The file could not be fetched from Discord, so please send it once more.") from error
    check_size(len(content))
    kind = check_kind(content[:HEAD_BYTES])
    upload = Upload(
        uuid4(),
        await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()),
        f"{plain(Path(attachment.filename).stem, 80) or 'song'}.{kind}",
    )
    part = folder / f"{upload.id}.part"
    async with aiofiles.open(part, "wb") as file:
        await file.write(content)
    await aiofiles.os.rename(part, folder / str(upload.id))
    return upload


async def drop(folder: Path, *ids: UUID) -> None:
    for file_id in ids:
        await asyncio.to_thread((folder / str(file_id)).unlink, missing_ok=True)
