"""Parse the command line, run the command, and turn errors into exit codes."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tui import __version__
from tui.cli.arguments import Parser, common, settings_said
from tui.cli.output import Output
from tui.cli.overview import COMMANDS, description, exit_codes
from tui.cli.signals import EndedBySignal, ended_by_signals
from tui.services.errors import InputError, ServiceError, unforeseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.chat.start import ChatStart
    from tui.services.logs.writing import Log
    from tui.services.workspace import Workspace

_NEEDS_VALUE = "--profile"
# They are told what is not safe.
_ASK_PROVIDERS = {"files", "jobs", "chat", "compare", "record", "models", "deployments"}


def dispatch(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit code; every error becomes one line."""
    out = Output(as_json=_wants_json(arguments))
    try:
        return _dispatch(list(arguments), out)
    except ServiceError as error:
        out.error(error)
        return error.exit_code
    except EndedBySignal as ended:
        return ended.code
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours is told in a line too
        if os.environ.get("FINETUI_DEBUG"):
            out.traceback(error)
        out.error(unforeseen(error))
        return ServiceError.exit_code


def _dispatch(arguments: list[str], out: Output) -> int:
    at = _command_at(arguments)
    if at is None:
        return _open_app(arguments)
    _mask_logs()
    name = arguments.pop(at)
    if name == "lab":
        from tui.cli.lab import run_lab

        return run_lab(arguments)
    # Options given before the command count as given after it.
    before, after = arguments[:at], arguments[at:]
    options = parser_of(name).parse_args([name, *_after_words(after, before)])
    if (wants_app := getattr(options, "opens_app", None)) is not None and wants_app(options):
        from tui.core.chat.start import ChatStart

        return _run_app(None, options, ChatStart(options.model, options.system))
    if (alone := getattr(options, "alone", None)) is not None:  # it needs nothing of this machine
        code: int = alone(options, out)
        return code
    import asyncio

    return asyncio.run(_run(options, out))


def _mask_logs() -> None:
    from tui.services.settings.masked_logs import mask_logs

    mask_logs()


async def _run(options: argparse.Namespace, out: Output) -> int:
    import asyncio

    from tui.cli.inputs import key_from_stdin
    from tui.cli.interrupts import tell_broken_off
    from tui.services import pipes
    from tui.services.workspace import Workspace

    with ended_by_signals():
        pipes.begin()
        named, said = getattr(options, "profile", None), settings_said(options)
        in_any_case = getattr(options, "in_any_case", False)
        if callable(in_any_case):
            in_any_case = in_any_case(options)
        if in_any_case:  # it tells what is wrong with the rest, or does without a provider
            workspace, options.broken = await Workspace.open_safely(named, said=said)
        else:
            workspace = await Workspace.open(named, said=said)
        log = _log(options, workspace) if options.command in _ASK_PROVIDERS else None
        try:
            if getattr(options, "key_stdin", False) and not hasattr(options, "own_key"):
                workspace.give_key(workspace.profile.name, await key_from_stdin())
                await workspace.use_profile(workspace.profile.name)
            if options.command in _ASK_PROVIDERS and not in_any_case:
                for remark in workspace.remarks:
                    out.note(f"finetui: warning: {remark}.")
                workspace.profile.check_usable()  # before a dry run calls it fine
            code: int = await options.run(options, workspace, out)
        except asyncio.CancelledError:
            tell_broken_off(workspace, out)
            raise
        finally:
            pipes.give_up()
            await workspace.close()
            if log is not None:
                _end_log(log)
        return code


def _log(options: argparse.Namespace, workspace: Workspace) -> Log:
    """Begin to log what is asked of a provider: of what only reads, nothing is written."""
    import logging

    from tui.services.logs.writing import Log

    log = Log(workspace.locations.logs, os.environ)
    words = " ".join(filter(None, (options.command, getattr(options, "action", None))))
    profile = workspace.profile.name
    log.begin(f"finetui {__version__} {words} as process {os.getpid()}: profile {profile}")
    if logging.lastResort is not None:  # warnings are told on stderr as before
        logging.getLogger().addHandler(logging.lastResort)
    return log


def _end_log(log: Log) -> None:
    import logging

    log.end()
    if logging.lastResort is not None:
        logging.getLogger().removeHandler(logging.lastResort)


@cache
def parser_of(name: str) -> Parser:
    """Return the parser of one command; only the module of the command in question is imported."""
    parser = Parser(prog="finetui", parents=[common()])
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    module = import_module(f"tui.cli.{name}")
    module.register(commands)
    return parser


def _open_app(arguments: list[str]) -> int:
    parser = Parser(
        prog="finetui",
        usage="finetui [options] [FILE.jsonl]\n       finetui COMMAND …",
        parents=[common()],
        description=description(),
        epilog=exit_codes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"finetui {__version__}")
    begins = "begin at the start page, not where the program was left"
    parser.add_argument("--fresh", action="store_true", help=begins)
    parser.add_argument("path", nargs="?", metavar="FILE.jsonl", help="open this dataset")
    options = parser.parse_args(arguments)
    path: str | None = options.path
    if path is not None and not Path(path).suffix and not Path(path).exists():
        raise InputError(
            "Usage", f"{path!r} is neither a command nor a file", "See finetui --help."
        )
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(
            "No terminal", "the app needs one to draw on", "For scripts see finetui --help."
        )
    return _run_app(path, options)


def _run_app(path: str | None, options: argparse.Namespace, chat: ChatStart | None = None) -> int:
    if getattr(options, "key_stdin", False) or settings_said(options):
        step = "Leave them out: the app asks for a key that is missing, and edits profiles."
        raise InputError("Usage", "--key-stdin and --setting are for commands", step)
    if os.environ.get("TERM") == "dumb":
        raise InputError(
            "No terminal to draw on",
            "TERM is dumb: this terminal cannot place a cursor",
            "Set TERM to what it is, such as xterm-256color; or use the commands, which work here: "
            "finetui --help.",
        )
    _mask_logs()
    # What is made while starting is kept: looking for garbage in it takes a fifth of the time.
    gc.disable()
    from tui.run import run

    fresh = getattr(options, "fresh", False)
    return run(path, getattr(options, "profile", None), chat, fresh=fresh)


def _command_at(arguments: list[str]) -> int | None:
    """Return where the command stands: the first word, unless it is an option's value."""
    skip = False
    for index, word in enumerate(arguments):
        if skip:
            skip = False
        elif word == _NEEDS_VALUE:
            skip = True
        elif not word.startswith("-"):
            return index if word in COMMANDS else None
    return None


def _after_words(after: list[str], before: list[str]) -> list[str]:
    """Put `before` behind the words that may name a command within the command."""
    words = 1 if after and not after[0].startswith("-") and before else 0
    return after[:words] + before + after[words:]


def _wants_json(arguments: Sequence[str]) -> bool:
    known = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in known
