"""`finetui doctor`: look at this machine and the profiles, and say what to do about it."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.core.text.text import one_line, plural
from tui.services.doctor.diagnosis import Diagnosis
from tui.services.doctor.machine import look_at_machine
from tui.services.doctor.profiles import look_at_profiles
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tui.cli.output import Output
    from tui.services.settings.profile import Profile
    from tui.services.workspace import Workspace

_MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}
_WIDEST = 1000


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "doctor", _run)
    one = "only this profile, or those of this kind of provider"
    parser.add_argument("--provider", metavar="NAME", help=one)
    parser.add_argument(
        "--offline", action="store_true", help="ask no provider; tell what is remembered"
    )
    parser.set_defaults(in_any_case=True)


async def _run(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    named = options.provider or getattr(options, "profile", None)
    broken: InputError | None = getattr(options, "broken", None)
    environ = workspace.environ
    diagnoses = await asyncio.to_thread(look_at_machine, workspace.locations, environ)
    diagnoses += await _ledger_diagnosis(workspace)
    if broken is not None:
        step = broken.next_step
        diagnoses.append(Diagnosis("configuration", broken.title, "problem", broken.cause, step))
    diagnoses += [Diagnosis("configuration", "remark", "note", one) for one in workspace.remarks]
    looks = await look_at_profiles(
        _chosen(workspace, named, broken),
        workspace.locations,
        environ,
        workspace.store,
        asks=not options.offline,
        starts_lab=named == "lab" and not options.offline,
    )
    told = [*diagnoses, *(one for look in looks for one in look.diagnoses)]
    problems = [one for one in told if one.state == "problem"]
    out.document(
        {
            "healthy": not problems,
            "findings": [one.to_json() for one in diagnoses],
            "profiles": [look.to_json() for look in looks],
        }
    )
    print_diagnoses(told, out)
    said = f"{plural(len(problems), 'problem')}." if problems else "No problem found."
    out.line(f"\n{said} Providers were only asked to read; nothing was changed there.")
    return PROBLEMS if problems else 0


def _chosen(
    workspace: Workspace, named: str | None, broken: InputError | None
) -> list[Profile]:  # fmt: skip
    everyone = [workspace.profiles.get(name) for name in workspace.profiles.names]
    if named is None:
        return everyone
    found = [one for one in everyone if named in {one.name, one.kind}]
    if not found and broken is None:
        workspace.profiles.get(named)  # raises, saying which there are
    return found


async def _ledger_diagnosis(workspace: Workspace) -> list[Diagnosis]:
    """Return whether the ledger can be used."""
    try:
        if not workspace.locations.ledger.exists():
            return [Diagnosis("folders", "ledger", "ok", "no ledger yet: it is made when needed")]
        await workspace.store.recent.paths()
    except ServiceError as error:
        return [Diagnosis("folders", "ledger", "problem", error.cause, error.next_step)]
    except OSError as error:  # its folder cannot be searched: told with the folders
        return [Diagnosis("folders", "ledger", "problem", f"{error.filename}: {error.strerror}")]
    return [Diagnosis("folders", "ledger", "ok", "the ledger can be read")]


def print_diagnoses(diagnoses: Sequence[Diagnosis], out: Output) -> None:
    """Print what was found, area by area."""
    for area, group in groupby(diagnoses, lambda one: one.area):
        out.line(f"\n{one_line(area, 80)}")
        for one in group:
            out.line(f"  {_MARKS[one.state]} {one.name:<14} {one_line(one.text, _WIDEST)}")
            if one.next_step:
                out.line(f"          {'':<14} → {one_line(one.next_step, _WIDEST)}")
