"""Writing requests that were broken off: they may have been carried out."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui.core.catalog.providers import Paths

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something; `doing` completes "asked to …"."""

    doing: str
    method: str
    path: str
    paths: Paths = field(default_factory=Paths)

    def look(self, profile: str = "") -> str:
        """Return the command that tells what came of it, for a profile if that is named."""
        words = _look(self.path, self.paths)
        return shlex.join([*words, *(("--profile", profile) if profile else ())])


def may_be_done(writes: Collection[Write], profile: str = "") -> tuple[str, str]:
    """Say what was asked for without an answer, and how to look; two empty texts for nothing."""
    asked = list(dict.fromkeys(write.doing for write in writes))
    if not asked:
        return "", ""
    looks = dict.fromkeys(f"`{write.look(profile)}`" for write in writes)
    cause = f"asked to {' and to '.join(asked)}, and no answer is there: it may have been done"
    return cause, f"{' and '.join(looks)} tells."


def _look(path: str, paths: Paths) -> list[str]:
    if path == paths.jobs:
        return ["finetui", "jobs", "unanswered"]
    if path.startswith(f"{paths.jobs}/"):
        job_id = path.removeprefix(f"{paths.jobs}/").split("/")[0]
        return ["finetui", "jobs", "show", unquote(job_id)]
    if path.startswith(f"{paths.models}/"):
        return ["finetui", "models", "list", "--tuned"]
    return ["finetui", "files", "list"]
