"""`finetui edit`: the editor's bulk operations on the examples of a file."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.rewrite_files import Rewritten, add_files, rewrite_all
from tui.core.text.text import plural
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from tui.cli.output import Output
    from tui.core.bulk import Operation, Work
    from tui.core.dataset.example import Example
    from tui.core.filtering.nodes import Node
    from tui.core.filtering.subject import Subject
    from tui.services.workspace import Workspace

    Step = tuple[Operation, dict[str, str]]
    Matches = Callable[[bytes, int], bool]

_EPILOG = """\
What is asked for is done in the order of this list: system prompt, roles, find and replace,
white space, normalising, weights, ids of calls, cutting, then deleting, sorting, shuffling and
sampling. Lines that are not examples stay as they are and are told; then the exit code is 1.
"""
_TRAINED = {"last": "the last answer", "all": "all answers", "no-calls": "no tool calls"}
_SORTED = {"length": "length", "tokens": "tokens", "turns": "turns", "first-words": "first words"}
# What a screen knows and a file does not tell.
_OF_THE_SCREEN = {"edited", "marked"}


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "edit", _edit)
    parser.epilog = f"{_EPILOG.rstrip()}\n\n{parser.epilog}"
    parser.add_argument(
        "--where", metavar="FILTER", help="only examples that the filter of the screen shows"
    )
    _add_texts(parser)
    _add_messages(parser)
    _add_order(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")
    add_files(parser)


def _add_texts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--system", metavar="TEXT", help="set the system prompt")
    parser.add_argument(
        "--replace-system", metavar="TEXT", help="replace the system prompt where there is one"
    )
    parser.add_argument("--remove-system", action="store_true", help="remove the system prompt")
    parser.add_argument("--find", metavar="TEXT", help="find this, replace it by --replace")
    parser.add_argument("--replace", metavar="TEXT", help="what takes its place; may be empty")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--regex", action="store_true", help="--find is a regular expression")
    how.add_argument("--any-case", action="store_true", help="--find in upper and lower case")
    parser.add_argument(
        "--roles", metavar="ROLES", default="all", help="for --find and --strip: user,assistant …"
    )
    parser.add_argument(
        "--strip",
        choices=("around", "line-ends", "both"),
        help="take white space off texts, off the ends of their lines, or both",
    )
    parser.add_argument(
        "--normalise",
        choices=("keys", "unicode", "both"),
        help="put keys in one order, letters in Unicode NFC, or both",
    )


def _add_messages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map-role",
        metavar="FROM=TO",
        action="append",
        default=[],
        help="such as human=user; again for more",
    )
    parser.add_argument("--weights", choices=tuple(_TRAINED), help="which answers are trained")
    parser.add_argument(
        "--renumber-calls", action="store_true", help="tool calls are call_1, call_2 …"
    )
    parser.add_argument(
        "--cut", action="store_true", help="cut what follows the last answer of each example"
    )


def _add_order(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--delete", action="store_true", help="delete the examples; only with --where"
    )
    parser.add_argument("--sort", choices=tuple(_SORTED), help="sort the examples")
    parser.add_argument("--falling", action="store_true", help="sort from the largest down")
    parser.add_argument("--shuffle", action="store_true", help="into a random order")
    parser.add_argument(
        "--sample", metavar="SIZE", help="keep some at random: a number, or a share such as 10%%"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same seed, the same rows (default 1)"
    )


async def _edit(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    steps = steps_of(options)
    node = _filter(options.where)
    works = [_work(step) for step in steps]
    matches = _matcher(node) if node is not None else None
    return await rewrite_all(
        options, lambda _path, data: _edited(data, works, matches), out, by_line=True
    )


# -- what is to be done ------------------------------------------------------------------


def steps_of(options: argparse.Namespace) -> list[Step]:
    """Return the operations asked for, in their order. Raises InputError."""
    if (options.find is None) != (options.replace is None):
        raise InputError("Usage", "--find and --replace go together", "Give both.")
    if options.delete and options.where is None:
        raise InputError("Usage", "--delete would delete all examples", "Say which: --where.")
    asked = [*_text_steps(options), *_message_steps(options), *_order_steps(options)]
    if not asked:
        raise InputError("Usage", "nothing to do", "See finetui edit --help.")
    from tui.core.bulk import OPERATIONS

    return [(OPERATIONS[name], values) for name, values in asked]


def _text_steps(options: argparse.Namespace) -> list[tuple[str, dict[str, str]]]:
    steps = []
    for do, text in (
        ("set", options.system),
        ("replace", options.replace_system),
        ("remove", "" if options.remove_system else None),
    ):
        if text is not None:
            steps.append(("system", {"do": do, "text": text}))
    for one in options.map_role:
        before, _, after = one.partition("=")
        steps.append(("roles", {"from": before, "to": after}))
    if options.find is not None:
        how = "regex" if options.regex else "any case" if options.any_case else "text"
        values = {"find": options.find, "with": options.replace, "how": how}
        steps.append(("replace", {**values, "roles": options.roles}))
    if options.strip:
        where = options.strip.replace("-", " ")
        steps.append(("strip", {"where": where, "roles": options.roles}))
    if options.normalise:
        steps.append(("normalise", {"what": options.normalise}))
    return steps


def _message_steps(options: argparse.Namespace) -> list[tuple[str, dict[str, str]]]:
    steps = []
    if options.weights:
        steps.append(("weights", {"train": _TRAINED[options.weights]}))
    if options.renumber_calls:
        steps.append(("ids", {}))
    if options.cut:
        steps.append(("cut", {}))
    return steps


def _order_steps(options: argparse.Namespace) -> list[tuple[str, dict[str, str]]]:
    steps: list[tuple[str, dict[str, str]]] = []
    seed = {"seed": str(options.seed)}
    if options.delete:
        steps.append(("delete", {}))
    if options.sort:
        order = "falling" if options.falling else "rising"
        steps.append(("sort", {"by": _SORTED[options.sort], "order": order}))
    if options.shuffle:
        steps.append(("shuffle", seed))
    if options.sample:
        steps.append(("sample", {"keep": options.sample, **seed}))
    return steps


def _work(step: Step) -> Work:
    from tui.core.bulk import BadParameter

    operation, values = step
    count: Callable[[str], int] = len
    if operation.counts_tokens and "tokens" in values.values():
        from tui.services.tokens.vocabularies import encoder

        count = encoder("o200k_base").count
    try:
        return operation.make(values, count)
    except BadParameter as error:
        raise InputError("Usage", f"{operation.title.lower()}: {error}") from error


def _filter(text: str | None) -> Node | None:
    if text is None:
        return None
    from tui.core.filtering.matching import fields_of
    from tui.core.filtering.nodes import FilterError
    from tui.core.filtering.parser import parse

    try:
        node = parse(text)
    except FilterError as error:
        raise InputError("Usage", f"--where {text}: {error}") from error
    if unknown := fields_of(node) & _OF_THE_SCREEN:
        raise InputError("Usage", f"--where: {', '.join(sorted(unknown))} is only for the screen")
    return node


# -- doing it ----------------------------------------------------------------------------


def _edited(data: bytes, works: Sequence[Work], matches: Matches | None) -> Rewritten:
    from tui.core.bulk import run

    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    ended = data.endswith(b"\n")
    body = data.removeprefix(mark).removesuffix(b"\n")
    rows = body.split(b"\n") if body else []
    made = Rewritten(b"", 0)
    left: Counter[str] = Counter()
    chosen = {
        at for at, row in enumerate(rows) if row.strip() and (matches is None or matches(row, at))
    }
    for work in works:
        positions = sorted(chosen)
        outcome = run(_keeping_ends(work), rows, positions)
        assert outcome is not None, "nobody stops it"
        _count(made, outcome.label, outcome.changed + outcome.removed + outcome.moved)
        left.update(reason for _, reason in outcome.refused)
        kept = [
            (one, one in chosen) if isinstance(one, int) else (one, True) for one in outcome.rows
        ]
        rows = [rows[one] if isinstance(one, int) else one for one, _ in kept]
        chosen = {at for at, (_, is_chosen) in enumerate(kept) if is_chosen}
    for reason, count in left.items():
        made.unread.append(f"left as it is: {plural(count, 'line')}: {reason}")
    made.said += made.unread
    made.examples = len(rows)
    made.data = mark + b"\n".join(rows) + (b"\n" if ended and rows else b"")
    return made


def _count(made: Rewritten, label: str, count: int) -> None:
    made.counts[label] = made.counts.get(label, 0) + count
    made.said.append(f"{label}: {plural(count, 'example')}")


def _keeping_ends(work: Work) -> Work:
    """Return the work for lines that may end with a carriage return."""
    from dataclasses import replace

    from tui.core.bulk import EachRow

    if not isinstance(work, EachRow):
        return work
    change = work.change

    def changed(line: bytes) -> bytes | list[bytes] | None:
        if not line.endswith(b"\r"):
            return change(line)
        made = change(line[:-1])
        lines = [made] if isinstance(made, bytes) else made or []
        return [one + b"\r" for one in lines]

    return replace(work, change=changed)


def _matcher(node: Node) -> Matches:
    from tui.core.filtering.matching import fields_of, matcher
    from tui.core.filtering.nodes import FilterError

    holds = matcher(node)
    tokens = _token_counter() if fields_of(node) & {"tokens", "trained"} else None

    def matches(row: bytes, at: int) -> bool:
        try:
            return holds(_subject(row.rstrip(b"\r"), at, tokens))
        except FilterError as error:
            raise InputError("The filter cannot be used", str(error)) from error

    return matches


def _subject(line: bytes, at: int, tokens: Callable[[Example], tuple[int, int]] | None) -> Subject:
    from tui.core.checks import check_row
    from tui.core.filtering.subject import Subject

    def problems(number: int) -> list[tuple[str, str]]:
        return [(one.rule, one.severity) for one in check_row(number, line).issues]

    return Subject(lambda: line, at, problems=problems, tokens=tokens)


def _token_counter() -> Callable[[Example], tuple[int, int]]:
    from tui.core.tokens.encoding import count_example
    from tui.services.tokens.vocabularies import encoder

    counting = encoder("o200k_base")

    def count(example: Example) -> tuple[int, int]:
        found = count_example(example, counting)
        return found.context, found.trained

    return count
