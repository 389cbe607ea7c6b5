"""Options that all commands share, and parsers of values on the command line."""

from __future__ import annotations

import argparse
import sys
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from tui.cli.examples import epilog
from tui.cli.overview import ABOUT
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from decimal import Decimal

    from _typeshed import SupportsWrite

    from tui.cli.output import Output
    from tui.services.workspace import Workspace

    # A command: it works, prints through Output, and returns the exit code.
    Run = Callable[[argparse.Namespace, Workspace, Output], Awaitable[int]]


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like all others."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with the complaint and where to read on."""
        raise InputError("Usage", message, f"See {self.prog} --help.")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Print help or the version; a full disk is told, which argparse keeps to itself."""
        if message and (file is None or file is sys.stdout):
            from tui.cli.output import Output

            Output(as_json=False).piece(message)
        elif message:
            super()._print_message(message, file)


Commands = argparse._SubParsersAction  # noqa: SLF001 - the type has no public name


@cache
def common() -> Parser:
    """Return the options of every command, to be named as its parent; it is made once."""
    parent = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    parent.add_argument("--profile", metavar="NAME", help="the provider account to use")
    parent.add_argument("--json", action="store_true", help="print one JSON document")
    over = "a setting of the profile for this run, such as timeout=5; may be repeated"
    parent.add_argument("--setting", metavar="NAME=VALUE", action="append", help=over)
    typed = "read the profile's key from standard input, for this run"
    parent.add_argument("--key-stdin", action="store_true", help=typed)
    return parent


def settings_said(options: argparse.Namespace) -> dict[str, str]:
    """Return what --setting says, by name. Raises InputError for what says nothing."""
    found = {}
    for one in getattr(options, "setting", None) or ():
        name, mark, value = one.partition("=")
        if not mark or not name.strip():
            raise InputError("Usage", "--setting wants NAME=VALUE", "Such as --setting timeout=5.")
        found[name.strip().replace("-", "_")] = value.strip()
    return found


def group(commands: Commands[Parser], name: str) -> Commands[Parser]:
    """Add a command that has commands of its own, and return the place for those."""
    parser = _add(commands, name, ABOUT[name])
    return parser.add_subparsers(dest="action", required=True, parser_class=Parser)


def command(
    commands: Commands[Parser], name: str, run: Run, about: str = ""
) -> argparse.ArgumentParser:
    """Add a command that is carried out by `run`; what it is about stands in the overview, too."""
    parser = _add(commands, name, about or ABOUT[name])
    parser.set_defaults(run=run)
    return parser


def _add(commands: Commands[Parser], name: str, about: str) -> Parser:
    parser = commands.add_parser(
        name,
        parents=[common()],
        help=about,
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.epilog = epilog(parser.prog.partition(" ")[2])
    return parser


def add_yes(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option that says yes to what bills or destroys; `what` names that."""
    parser.add_argument("--yes", action="store_true", help=what)


def amount_of(text: str | None, option: str) -> Decimal | None:
    """Return the amount of money given with an option, None without it. Raises InputError."""
    from decimal import Decimal, InvalidOperation

    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise InputError("Usage", f"{option} {text!r} is not an amount", f"Such as {option} 12.50.")
    return amount


def age_of(text: str) -> int:
    """Return an age such as 30d in seconds, as the type of an option."""
    from tui.core.provider.files import read_age

    try:
        return read_age(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def refuse_broken(options: argparse.Namespace) -> None:
    """Raise what is wrong with the configuration, for a command that cannot do without it."""
    if (broken := getattr(options, "broken", None)) is not None:
        raise broken
