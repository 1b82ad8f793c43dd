"""Setting the bot up in a server, and looking after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.admin.cog import Admin
from cogs.admin.healing import Healing

if TYPE_CHECKING:
    from bot import Bot


async def setup(bot: Bot) -> None:
    await bot.add_cog(Admin(bot))
    await bot.add_cog(Healing(bot))
