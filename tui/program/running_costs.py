"""What runs and costs by the hour, looked at now and then for the status line."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.program.program_context import ProgramContext
    from tui.services.models.deployments import DeploymentService, DeploymentsSeen

FIRST_S = 3.0  # from opening a profile to the first look: what the user asked for goes first
EVERY_S = 300.0


class RunningCosts:
    """Looks what runs where the profile's provider tells it; `changed` is called for other words.

    What was seen of other profiles, in use before or looked at on demand, counts too.

    The words hold the time of a look that was shown; while they would say the same but for that,
    nothing is shown again, so that nothing is written to a terminal where nothing happens.
    """

    def __init__(self, context: ProgramContext, changed: Callable[[], None]) -> None:
        self._context, self._changed = context, changed
        self._shown = ""

    @property
    def words(self) -> str:
        """What costs now, where, and the time of day it was looked at; empty for nothing."""
        self._shown, at = self._now()
        if not self._shown:
            return ""
        return f"{self._shown} at {time.strftime('%H:%M', time.localtime(at))}"

    def _now(self) -> tuple[str, float]:
        """Return what costs as far as it was seen, and when the oldest look at it was."""
        workspace = self._context.workspace
        if workspace is None:
            return "", 0.0
        costing = {name: seen for name, seen in workspace.deployed.items() if seen.cost.count}
        if not costing:
            return "", 0.0
        # It reads tables: not before the first paint.
        from tui.core.money.hourly import running_cost

        cost = running_cost([one for seen in costing.values() for one in seen.deployed])
        where = f" in {plural(len(costing), 'profile')}"
        if len(costing) == 1:
            [name] = costing
            where = "" if name == workspace.profile.name else f" in {name}"
        return f"{cost.words}{where}", min(seen.at for seen in costing.values())

    def start(self) -> None:
        """Follow what the profile in use has deployed; ends what was followed before."""
        workspace = self._context.workspace
        if workspace is None:
            return
        service = workspace.deployments
        service.subscribe(self._on_look)
        if service.told:
            self._context.run(self._follow, service, group="running", description="look what runs")

    def _on_look(self, _: DeploymentsSeen) -> None:
        if self._now()[0] != self._shown:
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
