"""The text of an empty list where the provider has no such list, or the key may not see it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.commands.needs import NEEDS, WRITES
from tui.core.text.text import one_line
from tui.screens.app_words import in_app
from tui.services.errors import NotOffered, ReadOnly, Refused, ServiceError

if TYPE_CHECKING:
    from tui.commands import Command
    from tui.services.workspace import Workspace

_HERE = "Not offered here"
_WIDTH = 74  # columns that are there at 80


def otherwise() -> str:
    """Return what is said, with the keys in use."""
    return (
        f"{key_hint('app.mode_chat', 'chats')} with its models, "
        f"{key_hint('app.profile', 'chooses')} another profile."
    )


def wrapped(*lines: str) -> str:
    """Return lines such that none is wider than a narrow terminal."""
    return "\n".join(textwrap.fill(one_line(line, 600), _WIDTH) for line in lines if line)


def refusal(workspace: Workspace | None, command_id: str) -> ServiceError | None:
    """Return why a command is of no use with the profile in use; None where it may be."""
    if workspace is not None and command_id in WRITES and workspace.profile.read_only:
        return ReadOnly(
            "Not with a read-only profile",
            f"profile {workspace.profile.name} is read-only",
            (
                f"Use another profile ({key_of('app.profile')}), or remove read_only from the "
                "configuration."
            ),
        )
    needed = NEEDS.get(command_id)
    if workspace is None or not needed or any(map(workspace.api.abilities.may, needed)):
        return None
    cause = workspace.api.abilities.refusal(needed[0])
    return NotOffered(_HERE, cause, f"{key_hint('app.profile', 'chooses')} another profile.")


def hint(workspace: Workspace | None, command: Command) -> str:
    """Return what a command does, or that the provider in use does not offer it."""
    refused = refusal(workspace, command.id)
    if refused is None:
        return command.hint
    return f"{_HERE if isinstance(refused, NotOffered) else refused.title}: {refused.cause}."


def no_tuning(profile: str) -> str:
    """Return the sentence for a provider without jobs."""
    return f"{profile} offers no fine-tuning."


def jobs_unknown(profile: str, problem: ServiceError | None) -> str:
    """Return why the jobs of a profile are not known; empty where asking again may help."""
    if isinstance(problem, NotOffered):
        return wrapped(no_tuning(profile), otherwise())
    if isinstance(problem, Refused) and not problem.passing:
        return wrapped(
            f"Which jobs there are is not known: {problem.brief}", in_app(problem.next_step)
        )
    return ""
