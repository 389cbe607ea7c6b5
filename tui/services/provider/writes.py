"""Writing requests that were broken off: they may have been carried out."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something; `doing` completes "asked to …"."""

    doing: str
    method: str
    path: str

    def look(self, profile: str = "") -> str:
        """Return the command that tells what came of it, for a profile if that is named."""
        words = _look(self.path.strip("/").split("/"))
        return shlex.join([*words, *(("--profile", profile) if profile else ())])


def may_be_done(writes: Collection[Write], profile: str = "") -> tuple[str, str]:
    """Say what was asked for without an answer, and how to look; two empty texts for nothing."""
    asked = list(dict.fromkeys(write.doing for write in writes))
    if not asked:
        return "", ""
    looks = dict.fromkeys(f"`{write.look(profile)}`" for write in writes)
    cause = f"asked to {' and to '.join(asked)}, and no answer is there: it may have been done"
    return cause, f"{' and '.join(looks)} tells."


def _look(parts: list[str]) -> list[str]:
    if parts[:2] == ["fine_tuning", "jobs"]:
        if len(parts) > 2:
            return ["finetui", "jobs", "show", unquote(parts[2])]
        return ["finetui", "jobs", "unanswered"]
    if parts[0] == "models":
        return ["finetui", "models", "list", "--tuned"]
    return ["finetui", "files", "list"]
