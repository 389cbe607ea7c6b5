"""What runs and costs by the hour, looked at now and then for the status line."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.program.program_context import ProgramContext
    from tui.services.models.deployments import DeploymentService, DeploymentsSeen

FIRST_S = 3.0  # after the profile was opened: what one has come for goes first
EVERY_S = 300.0


class RunningCosts:
    """Looks what runs where the profile's provider tells it; `changed` is called for other words.

    The words hold the time of a look that was shown; while they would say the same but for that,
    nothing is shown anew, so that nothing is written to a terminal where nothing happens.
    """

    def __init__(self, context: ProgramContext, changed: Callable[[], None]) -> None:
        self._context, self._changed = context, changed
        self._shown = ""

    @property
    def words(self) -> str:
        """What costs now, with the time of day it was looked at; empty for nothing."""
        workspace = self._context.workspace
        seen = workspace.deployments.last if workspace is not None else None
        self._shown = seen.cost.words if seen is not None else ""
        if seen is None or not self._shown:
            return ""
        return f"{self._shown} at {time.strftime('%H:%M', time.localtime(seen.at))}"

    def start(self) -> None:
        """Follow what the profile in use has deployed; ends what was followed before."""
        workspace = self._context.workspace
        if workspace is None:
            return
        service = workspace.deployments
        service.subscribe(self._seen)
        if service.told:
            self._context.run(self._follow, service, group="running", description="look what runs")

    def _seen(self, seen: DeploymentsSeen) -> None:
        if seen.cost.words != self._shown:
            self._changed()

    async def _follow(self, service: DeploymentService) -> None:
        pause = FIRST_S
        while True:
            await asyncio.sleep(pause)
            pause = EVERY_S
            workspace = self._context.workspace
            if workspace is None or workspace.deployments is not service:
                return
            if not service.disturbs:
                with contextlib.suppress(ServiceError):  # what was seen last stays, with its time
                    await service.look()
