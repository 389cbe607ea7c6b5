"""Writing requests that were broken off: they may have been carried out."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui.core.catalog.providers import Paths

if TYPE_CHECKING:
    from collections.abc import Collection

_ACTION = re.compile(r"/.*|:(cancel|resume)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something; `doing` completes "asked to …".

    `listed` is the command that lists what it changes, empty where its path tells.
    """

    doing: str
    method: str
    path: str
    paths: Paths = field(default_factory=Paths)
    listed: str = ""

    def look(self, profile: str = "") -> str:
        """Return the command that tells what came of it, for a profile if that is named."""
        words = ["finetui", self.listed, "list"] if self.listed else _look(self.path, self.paths)
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
    for jobs in filter(None, (paths.jobs, paths.dpo_jobs, paths.reinforcement_jobs)):
        if path == jobs:
            return ["finetui", "jobs", "unanswered"]
        if path.startswith(f"{jobs}/"):
            # What is done to it stands behind a slash, or behind a colon.
            job_id = _ACTION.sub("", path.removeprefix(f"{jobs}/"))
            return ["finetui", "jobs", "show", unquote(job_id)]
    if path.startswith(f"{paths.models}/"):
        return ["finetui", "models", "list", "--tuned"]
    return ["finetui", "files", "list"]
