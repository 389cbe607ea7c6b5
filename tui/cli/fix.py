"""`finetui fix`: fix the problems that checks find, where it can be done without asking."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.rewrite_files import Rewritten, add_files, lines_in, numbered, rewrite_all
from tui.core.formats.detection.samples import HEAD
from tui.services.errors import InputError
from tui.services.given_files import open_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Set as AbstractSet

    from tui.cli.output import Output
    from tui.core.fixes import FixedLine
    from tui.services.workspace import Workspace

_PRIVATE = ("secret-", "personal-")


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "fix", _fix)
    parser.add_argument(
        "--rule",
        metavar="ID",
        action="append",
        help="only this rule; again for more (without: all that can be mended, but for "
        "duplicates, secrets and other formats, which have commands of their own)",
    )
    add_files(
        parser,
        "with -o, replace a file that exists; with --in-place, take out texts too, such as those "
        "of unknown keys; without it they are shown, and the file stays as it is",
    )


async def _fix(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    rules, all_left = chosen_rules(options.rule), not options.rule
    for path in options.paths:
        _refuse_table(path)
    return await rewrite_all(options, partial(fixing, rules=rules, all_left=all_left), out)


def _refuse_table(path: str) -> None:
    """Raise InputError for a table, before anything is written."""
    from tui.core.formats.detection.containers import table_container
    from tui.core.formats.detection.tables import table_format

    if path == "-":
        return
    with open_file(Path(path)) as file:
        head = file.read(HEAD)
    if (kind := table_container(path, head)) is not None:
        found = table_format(kind, head)
        about = f" ({found.about})" if found.about else ""
        step = found.problem.capitalize() or f"Convert it: `{found.command(path)}`{about}"
        raise InputError("Another format", f"{path} is a table ({kind})", step)


def fixing(path: str, data: bytes, rules: AbstractSet[str], *, all_left: bool = False) -> Rewritten:
    """Return what `fixed` does; of a file in another format only which that is."""
    from tui.core.fixes.whole import kind_of_prose, no_json, not_read, other_format
    from tui.core.formats.detection.foreign import Foreign
    from tui.core.formats.detection.notebooks import NOTEBOOK, WRITE_ROWS, is_notebook
    from tui.core.formats.detection.packed import not_text, unpacking
    from tui.core.formats.encodings import other_than_latin

    if what := not_text(data):
        raise InputError("Not text", f"{path} is {what}", f"{unpacking(what, path)}.")
    if is_notebook(data[:HEAD]):
        raise InputError("Not data", f"the file is {NOTEBOOK}", f"{WRITE_ROWS}.")
    if "not-utf8" in rules and (seems := other_than_latin(data)):
        cause = f"{path} is not UTF-8, and seems to be {seems}; nothing was written"
        step = f"`{Foreign('', '', asked=f'--encoding {seems}').command(path)}`"
        raise InputError("Another encoding", cause, f"Convert it: {step}.")
    if (format_ := other_format(data, rules, path)) is not None:
        return Rewritten(data, 0, refused=format_)
    if no_json(data):
        cause, step = not_read(kind_of_prose("", data[:HEAD]) or "text")
        raise InputError("Not JSON", f"{cause}; nothing was written", f"{step}.")
    return fixed(data, rules, all_left=all_left)


def chosen_rules(named: list[str] | None) -> frozenset[str]:
    """Return the rules to mend: those named, else all that need no question. Raises InputError."""
    from tui.core.checks import RULES
    from tui.core.fixes import FILE_REPAIRS, can_fix

    usual = [r for r in [*RULES] if can_fix(r) or r in FILE_REPAIRS]
    if not named:
        others = {"duplicate", "legacy-completion"}
        mended = {r for r in usual if not r.startswith(_PRIVATE) and r not in others}
        return frozenset(mended)
    for rule in named:
        if rule not in usual:
            known = "there is no such rule" if rule not in RULES else "it is mended by hand"
            raise InputError("Usage", f"{rule}: {known}", f"One of {', '.join(sorted(usual))}.")
    return frozenset(named)


def fixed(data: bytes, rules: AbstractSet[str], *, all_left: bool = False) -> Rewritten:
    """Return a file's content with all problems of some rules mended, and what is left.

    With `all_left` that is every error that stays, not only those of `rules`.
    """
    from tui.core.checks import RULES

    made = Rewritten(b"", 0)
    whole = {r for r in rules if RULES[r].scope != "row"}
    if {"utf-16", "json-array", "pretty-printed"} & whole:
        data = _repaired(data, made)
    data = _without_mark(data, whole, made)
    counts: Counter[str] = Counter()
    left: dict[str, list[int]] = {}
    why: dict[str, str] = {}  # of those that a fix refused
    kept: list[bytes] = []
    for number, line in enumerate(lines_in(data), 1):
        mended = _mended(line, rules)
        for format_ in mended.foreign:
            made.foreign.setdefault(format_, []).append(number)
        made.removed += [(number, one) for one in mended.removed]
        for rule in sorted({*mended.stuck, *(mended.left if all_left else ())}):
            left.setdefault(rule, []).append(len(kept) + 1)
        why = {**mended.stuck, **why}
        end = b"\r" if line.endswith(b"\r") and "crlf" not in rules else b""
        counts["crlf"] += line.endswith(b"\r") and not end
        kept += [one + end for one in mended.lines]
        counts += mended.fixed
    if "duplicate" in rules:
        kept = _unique(kept, counts)
    last = data.endswith(b"\n") or not kept
    if not last and "no-final-newline" in rules:
        counts["no-final-newline"], last = 1, True
    _tell(made, counts, left, why)
    made.examples = len(kept)
    if all_left and not any(map(bytes.strip, kept)):
        made.unread.append("nothing is left in it: there is no example to train on")
        made.said.append(made.unread[-1])
    made.data = b"\n".join(kept) + (b"\n" if last and kept else b"")
    return made


def _mended(line: bytes, rules: AbstractSet[str]) -> FixedLine:
    """Mend a line; of one in the old format only its JSON, unless its own rule is among them."""
    from tui.core.checks import RULES
    from tui.core.fixes import mend

    mended = mend(line, rules)
    if not mended.foreign or "legacy-completion" in rules:
        return mended
    return mend(line, {r for r in rules if RULES[r].scope != "row" or r.startswith(_PRIVATE)})


# What to do about a rule where no fix has said it.
_OTHERWISE = {
    "unknown-format": "; convert reads any keys that it is told with --user and --assistant, "
    "but for what is empty"
}


def _tell(
    made: Rewritten, counts: Counter[str], left: dict[str, list[int]], why: dict[str, str]
) -> None:
    from tui.core.checks import RULES

    for rule, count in (+counts).items():
        made.counts[rule] = made.counts.get(rule, 0) + count
        made.said.append(f"{RULES[rule].title}: {count:,} mended")
    for rule, lines in left.items():
        said = f"left in {numbered(lines)} of the result, to be mended by hand"
        reason = f" ({why[rule]})" if rule in why else _OTHERWISE.get(rule, "")
        made.unread.append(f"{RULES[rule].title}: {said}{reason}")
    made.said += made.unread


def _repaired(data: bytes, made: Rewritten) -> bytes:
    from tui.core.fixes import repair

    repaired = repair(data)
    made.removed += repaired.removed
    for done in repaired.done:
        made.counts[done.rule] = made.counts.get(done.rule, 0) + done.count
        made.said.append(done.text)
    return repaired.data


def _without_mark(data: bytes, rules: AbstractSet[str], made: Rewritten) -> bytes:
    if "bom" in rules and data.startswith(BOM_UTF8):
        made.counts["bom"] = 1
        return data.removeprefix(BOM_UTF8)
    return data


def _unique(lines: list[bytes], counts: Counter[str]) -> list[bytes]:
    from tui.core.bulk.orders import unique

    kept = unique(lines)
    counts["duplicate"] += len(lines) - len(kept)
    return [lines[index] for index in kept]
