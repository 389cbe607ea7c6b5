"""Stop, scale to zero or delete deployments of several profiles, one profile after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.core.provider.deployment_words import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from tui.core.provider.deletion import Outcome
    from tui.core.provider.deployments import Act, Deployment
    from tui.services.errors import ServiceError
    from tui.services.models.deployments import DeploymentService


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """A deployment and what acts on those of its profile."""

    service: DeploymentService
    one: Deployment

    @property
    def key(self) -> str:
        """What tells it from those of all profiles."""
        return f"{self.service.profile}\n{self.one.id}"


class AllProfilesActs:
    """One act on deployments of several profiles, by their keys.

    No method raises a ServiceError.
    """

    noun = "deployment"

    def __init__(self, act: Act, chosen: Iterable[DeploymentTarget]) -> None:
        self.act = act
        self._chosen = {placed.key: placed for placed in chosen}

    async def run(
        self,
        ids: Iterable[str],
        on_outcome: Callable[[Outcome, ServiceError | None], None],
        *,
        facts: Callable[[str], Mapping[str, Any]] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> list[Outcome]:
        """Do it to these in turn, one profile after the other, as `Deletions.run`."""
        by_service: dict[DeploymentService, list[DeploymentTarget]] = {}
        for key in ids:
            placed = self._chosen[key]
            by_service.setdefault(placed.service, []).append(placed)
        outcomes: list[Outcome] = []
        for service, group in by_service.items():
            keys = {placed.one.id: placed.key for placed in group}

            def told(
                outcome: Outcome, error: ServiceError | None, keys: Mapping[str, str] = keys
            ) -> None:  # fmt: skip
                on_outcome(replace(outcome, id=keys[outcome.id]), error)

            def known(one: str, keys: Mapping[str, str] = keys) -> Mapping[str, Any]:
                return facts(keys[one]) if facts else facts_of(self._chosen[keys[one]].one)

            acts = service.acts(self.act, (placed.one for placed in group))
            found = await acts.run([*keys], told, facts=known, stopped=stopped)
            outcomes += [replace(outcome, id=keys[outcome.id]) for outcome in found]
        return outcomes
