"""What a provider offers, as plain data: yes, no, or not known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Offer = Literal["yes", "no", "unknown"]
OFFERS: tuple[Offer, ...] = ("yes", "no", "unknown")


class Ability(StrEnum):
    """One thing that a provider may offer; the value is its name in providers.toml."""

    FILES = "files"
    PARTS = "parts"  # uploads in parts
    JOBS = "jobs"
    EVENTS = "events"
    METRICS = "metrics"  # numbers by step, for a curve
    CHECKPOINTS = "checkpoints"
    RESULT = "result"  # a file of the metrics of a job that ended
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"  # a paused job, where it was not we who paused it too
    SUFFIX = "suffix"
    METADATA = "metadata"  # pairs of one's own, given back with the job
    MODELS = "models"
    DELETE_MODELS = "delete_models"
    DELETE_CHECKPOINTS = "delete_checkpoints"  # each by itself, as the model it is
    CHAT = "chat"
    CHAT_BY_NAME = "chat_by_name"  # with a tuned model as it is, without a deployment
    DEPLOYMENTS = "deployments"
    STOP_DEPLOYMENTS = "stop_deployments"
    SCALE_DEPLOYMENTS = "scale_deployments"  # to zero replicas
    DELETE_DEPLOYMENTS = "delete_deployments"
    ESTIMATES = "estimates"  # its own estimate of what a job costs


WORDS: Mapping[Ability, str] = MappingProxyType(
    {
        Ability.FILES: "files",
        Ability.PARTS: "uploads in parts",
        Ability.JOBS: "fine-tuning",
        Ability.EVENTS: "events of jobs",
        Ability.METRICS: "metrics of jobs",
        Ability.CHECKPOINTS: "checkpoints",
        Ability.RESULT: "result files",
        Ability.CANCEL: "cancelling jobs",
        Ability.PAUSE: "pausing jobs",
        Ability.RESUME: "resuming jobs",
        Ability.SUFFIX: "suffixes",
        Ability.METADATA: "metadata of jobs",
        Ability.MODELS: "a list of models",
        Ability.DELETE_MODELS: "deleting models",
        Ability.DELETE_CHECKPOINTS: "deleting checkpoints",
        Ability.CHAT: "chat",
        Ability.CHAT_BY_NAME: "chat with a tuned model by its name",
        Ability.DEPLOYMENTS: "deployments",
        Ability.STOP_DEPLOYMENTS: "stopping deployments",
        Ability.SCALE_DEPLOYMENTS: "scaling deployments to zero",
        Ability.DELETE_DEPLOYMENTS: "deleting deployments",
        Ability.ESTIMATES: "price estimates",
    }
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the provider named `provider` offers; what is not in `offers` is not known."""

    provider: str
    offers: Mapping[Ability, Offer] = field(default_factory=dict)

    def of(self, ability: Ability) -> Offer:
        """Return whether something is offered."""
        return self.offers.get(ability, "unknown")

    def may(self, ability: Ability) -> bool:
        """Whether it is worth asking for: it is offered, or nobody knows."""
        return self.of(ability) != "no"

    def refusal(self, ability: Ability) -> str:
        """Return that something is not offered, with the provider's name, as a cause."""
        return f"{self.provider} does not offer {WORDS[ability]}"

    def with_probed(self, found: Mapping[Ability, Offer]) -> Abilities:
        """Return these with what the endpoint itself has shown, which counts for more."""
        told = {ability: offer for ability, offer in found.items() if offer != "unknown"}
        return replace(self, offers={**self.offers, **told})
