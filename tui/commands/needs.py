"""What a provider has to offer for a command to be of any use, by the command's id.

Where several are named, one of them is enough. `WRITES` are those that a read-only profile holds
back, whatever the provider offers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.core.catalog.abilities import Ability

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMANDS = {
    (Ability.JOBS,): ("jobs.new", "jobs.again", "files.train"),
    (Ability.RESULT,): ("jobs.result",),
    (Ability.CANCEL,): ("jobs.cancel",),
    (Ability.PAUSE, Ability.RESUME): ("jobs.pause",),
    (Ability.FILES,): ("files.upload", "files.delete", "files.prune", "files.download"),
    (Ability.DELETE_MODELS,): ("models.delete", "models.prune"),
    (Ability.DELETE_CHECKPOINTS,): ("jobs.keep_best",),
    (Ability.CHAT,): (
        *("datasets.chat", "datasets.compare", "jobs.chat", "jobs.compare", "chat.again"),
        *("chat.compare", "compare.again", "compare.run", "models.chat", "models.compare"),
        *("compare.record", "models.record", "models.against"),
    ),
}

# What bills or destroys at the provider: of no use with a profile that is read-only.
WRITES = frozenset(
    {
        *("jobs.new", "jobs.again", "jobs.pause", "jobs.cancel", "jobs.keep_best", "files.train"),
        *("files.upload", "files.delete", "files.prune", "models.delete", "models.prune"),
    }
)

NEEDS: Mapping[str, tuple[Ability, ...]] = MappingProxyType(
    {command_id: abilities for abilities, ids in _COMMANDS.items() for command_id in ids}
)
