"""The options of `finetui jobs create`, and the job they describe."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.core.text.text import one_line
from tui.services.errors import InputError
from tui.services.given_files import open_file
from tui.services.jobs.drafts import Draft, draft_again
from tui.services.jobs.preflight.sources import absolute, is_path
from tui.services.settings.presets import Presets

if TYPE_CHECKING:
    import argparse

    from tui.services.workspace import Workspace

# Options that are hyperparameters, by the names these have in forms and presets.
_SETTINGS = {
    "epochs": "n_epochs",
    "batch_size": "batch_size",
    "lr_multiplier": "lr_multiplier",
    "learning_rate": "learning_rate",
    "beta": "beta",
}
_TEXTS = (
    *("model", "suffix", "seed", "method", "grader"),
    *("wandb_project", "wandb_name", "wandb_entity", "wandb_tags"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what describes a job."""
    file_help = "a .jsonl file or - (uploaded first), or the id of an uploaded one"
    parser.add_argument("--training-file", metavar="PATH_OR_ID", help=file_help)
    parser.add_argument("--validation-file", metavar="PATH_OR_ID", help=file_help)
    parser.add_argument("--model", help="the base model, or an own fine-tuned one to go on from")
    parser.add_argument("--suffix", help="goes into the new model's name")
    parser.add_argument("--seed", metavar="N")
    parser.add_argument("--method", metavar="supervised|dpo|reinforcement")
    parser.add_argument("--epochs", metavar="N|auto")
    parser.add_argument("--batch-size", metavar="N|auto")
    parser.add_argument("--lr-multiplier", metavar="X|auto")
    rate = "absolute, where the provider takes that instead of a multiplier"
    parser.add_argument("--learning-rate", metavar="X|auto", help=rate)
    parser.add_argument("--beta", metavar="X|auto", help="dpo only")
    more = "any other hyperparameter of the provider, such as lora_r=16; may be repeated"
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=more)
    parser.add_argument("--metadata", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--grader", metavar="FILE", help="JSON; reinforcement only")
    parser.add_argument("--wandb-project", metavar="NAME", help="report to Weights & Biases")
    parser.add_argument("--wandb-name", metavar="NAME", help="the run's name there")
    parser.add_argument("--wandb-entity", metavar="NAME", help="the team or user there")
    parser.add_argument("--wandb-tags", metavar="A,B")
    parser.add_argument("--preset", metavar="NAME", help="begin with what was saved by a name")
    parser.add_argument("--save-preset", metavar="NAME", help="keep all but the files by a name")
    parser.add_argument("--like", metavar="JOB_ID", help="begin with what an earlier job had")


async def draft_of(options: argparse.Namespace, workspace: Workspace) -> Draft:
    """Return the job the options describe. Raises InputError for what is wrong or missing."""
    offered = workspace.profile.terms
    draft = Draft()
    if options.like:
        draft = draft_again(await workspace.jobs.retrieve(options.like), offered)
    if options.preset:
        draft = draft.with_preset(await Presets(workspace.locations).get(options.preset))
    draft = _with_options(draft, options)
    if problems := draft.problems(offered):
        text = " ".join(_in_words(draft, name, problem) for name, problem in problems.items())
        raise InputError("Cannot create the job", text, "See --help.")
    # A file that is missing is told before any provider is asked.
    for path in (draft.training, draft.validation):
        if bool(path.strip()) and await asyncio.to_thread(is_path, path):
            await asyncio.to_thread(_try_to_open, path)
    if options.save_preset:
        await Presets(workspace.locations).save(options.save_preset, draft.preset())
    return draft


def _in_words(draft: Draft, name: str, problem: str) -> str:
    """Return a field's problem with the name of its option and what was given."""
    options = {field: option for option, field in _SETTINGS.items()}
    options |= {"training": "training_file", "validation": "validation_file"}
    option = f"--{options.get(name, name).replace('_', '-')}"
    given = draft.settings.get(name, "")
    shown = f" {one_line(given, 40)!r}" if given else ""
    return f"{option}{shown}: {problem.removesuffix('; choose one from the list.')}"


def _try_to_open(path: str) -> None:
    open_file(absolute(path)).close()


def _with_options(draft: Draft, options: argparse.Namespace) -> Draft:
    given = {name: getattr(options, name) for name in _TEXTS}
    given |= {"training": options.training_file, "validation": options.validation_file}
    typed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    settings = dict(draft.settings)
    for option, name in _SETTINGS.items():
        if (value := getattr(options, option)) is not None:
            settings[name] = value
    settings |= dict(setting_of(text) for text in options.set)
    if options.metadata:
        typed["metadata"] = shlex.join(options.metadata)
    return replace(draft, settings=settings, **typed)


def setting_of(text: str) -> tuple[str, str]:
    """Return name and value of what --set says. Raises InputError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError("Usage", f"{text!r} is no NAME=VALUE", "See --help.")
    return name.strip(), value
