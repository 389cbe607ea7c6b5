"""Interrupted commands: report the requests that may have been carried out nevertheless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def tell_broken_off(workspace: Workspace, out: Output) -> None:
    """Say what was asked of the provider and never answered, and the command that looks."""
    cause, look = workspace.may_be_done(broken_off=True)
    if cause:
        out.error(ServiceError("Interrupted", cause, look))
