"""The commands of dialogs about models, what serves them, their jobs, and runs of Compare."""

from __future__ import annotations

from tui.commands.command import Command

_MODELS = (
    Command("running.stop", "s", "Stop", "Stop what is marked, or this: it stays.", word="stop"),
    Command("running.scale", "z", "To zero", "Scale it to zero replicas.", word="to zero"),
    Command("running.delete", "d", "Delete", "Delete it for good; its model stays.", word="delete"),
    Command("running.mark", "space", "Mark", "Mark it, to do it to several.", word="mark"),
    Command(
        "running.everywhere",
        "P",
        "All profiles",
        "Switch between this profile and all.",
        word="all profiles",
    ),
    Command(
        "running.failures",
        "ctrl+o",
        "Failures",
        "Show the whole of why profiles could not be asked.",
        word="failures",
    ),
    Command("running.refresh", "r", "Refresh", "Ask now."),
    Command("running.chat", "c", "Chat", "Chat with it, in its profile."),
    Command("running.copy", "y", "Copy", "Copy the error, the results, or its id."),
    Command(
        "prune_models.go_on", "enter", "Go on", "Go on to confirm.", first=True, word="goes on"
    ),
)

_JOBS = (
    Command(
        "keep_best.measure",
        "tab",
        "Measure",
        "Rank them by the next measure.",
        first=True,
        word="measure",
    ),
    Command(
        "keep_best.all",
        "ctrl+t",
        "All jobs",
        "This job, or all that have ended.",
        first=True,
        word="all jobs",
    ),
    Command("keep_best.go_on", "enter", "Go on", "Go on to confirm.", first=True, word="goes on"),
)

_RUNS = (
    Command(
        "earlier_runs.delete", "ctrl+d", "Delete", "Delete the run.", first=True, word="deletes"
    ),
)

MODEL_DIALOGS: tuple[Command, ...] = (*_MODELS, *_JOBS, *_RUNS)
