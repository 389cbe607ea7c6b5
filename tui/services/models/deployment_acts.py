"""Stop, scale to zero or delete deployments: each asked for once, then looked for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.provider.deployments import Act
from tui.core.provider.records import Deleted
from tui.services.deleting import Deletable, Deletions, DeletionWords, PresentObject
from tui.services.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from tui.core.provider.deletion import Outcome
    from tui.core.provider.deployments import Deployment
    from tui.services.errors import ServiceError
    from tui.services.provider.interface import DeploymentsApi
    from tui.services.store.store import Store

# A lost answer is looked for after these many seconds: what was asked for takes its time.
LOOK_AGAIN_S: Sequence[float] = (0.0, 1.0, 3.0)


class DeploymentActs:
    """One act on deployments of one profile, by their ids. No method raises a ServiceError."""

    noun = "deployment"

    def __init__(
        self,
        profile: str,
        api: DeploymentsApi,
        store: Store,
        act: Act,
        chosen: Iterable[Deployment],
    ) -> None:
        self._api, self.act = api, act
        self._chosen = {one.id: one for one in chosen}
        # The ledger keeps stopping apart: what was stopped once may have been started since.
        kind = self.noun if act is Act.DELETE else f"{self.noun} {act}"
        running = DeletionWords(act.done, "it does not run any more", "it still runs")
        words = DeletionWords() if act is Act.DELETE else running
        whole = Deletable(kind, self._ask, self._look, self._not_done, self._forget, words)
        self._run = Deletions(profile, store.deletions, whole)

    async def run(
        self,
        ids: Iterable[str],
        on_outcome: Callable[[Outcome, ServiceError | None], None],
        *,
        facts: Callable[[str], Mapping[str, Any]],
        stopped: Callable[[], bool],
    ) -> list[Outcome]:
        """Do it to these in turn, as `Deletions.run`."""

        def told(outcome: Outcome, error: ServiceError | None) -> None:
            on_outcome(self._named(outcome), error)

        outcomes = await self._run.run(ids, told, facts=facts, stopped=stopped)
        return [self._named(outcome) for outcome in outcomes]

    def _named(self, outcome: Outcome) -> Outcome:
        return replace(outcome, act=self.act, name=self._chosen[outcome.id].title)

    async def _ask(self, one: str) -> Deleted:
        try:
            await self._api.act(self._chosen[one], self.act)
        except Refused as error:
            if error.status != 404:
                raise
            return Deleted(one, deleted=False)  # it may be gone: it is looked for
        return Deleted(one, deleted=True)

    async def _look(self, one: str) -> PresentObject | None:
        """Return what it is like, None where it is done. One that runs again counts as new."""
        found: Deployment | None = None
        for pause in LOOK_AGAIN_S:
            await asyncio.sleep(pause)
            found = await self._api.retrieve(self._chosen[one])
            if found is None or found.done(self.act):
                return None
        created = found.created_at if found and self.act is Act.DELETE else int(time.time()) + 1
        return PresentObject(created)

    async def _not_done(self) -> set[str]:
        return {one.id for one in await self._api.list() if not one.done(self.act)}

    async def _forget(self, one: str, known: Mapping[str, Any]) -> None:
        """Take note of nothing: what is deployed is listed again."""
