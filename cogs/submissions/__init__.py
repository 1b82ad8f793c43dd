"""Handing in songs: by form, by file, by pasting; and what a submitter does with them later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.submissions.cog import Submissions
from cogs.submissions.portal import Portals

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Submissions(bot))
    await bot.add_cog(Portals(bot))
