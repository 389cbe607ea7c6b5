"""`finetui fix`: mends what the checks find, as far as it can be mended without asking."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.rewriting import Rewritten, add_files, rewrite_all
from tui.core.text import plural
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Set as AbstractSet

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "fix", _fix, "mend what check finds; writes to standard output")
    parser.add_argument(
        "--rule",
        metavar="ID",
        action="append",
        help="only this rule; again for more (without: all that can be mended, but for "
        "duplicates and secrets, which have commands of their own)",
    )
    add_files(parser)


async def _fix(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    rules = _rules(options.rule)
    return await rewrite_all(options, lambda data: fixed(data, rules), out)


def _rules(named: list[str] | None) -> frozenset[str]:
    from tui.core.checks import RULES
    from tui.core.fixes import FILE_REPAIRS, can_fix

    usual = [r for r in [*RULES] if can_fix(r) or r in FILE_REPAIRS]
    if not named:
        private = ("secret-", "personal-")
        return frozenset(r for r in usual if not r.startswith(private) and r != "duplicate")
    for rule in named:
        if rule not in usual:
            known = "there is no such rule" if rule not in RULES else "it is mended by hand"
            raise InputError("Usage", f"{rule}: {known}", f"One of {', '.join(sorted(usual))}.")
    return frozenset(named)


def fixed(data: bytes, rules: AbstractSet[str]) -> Rewritten:
    """Return a file's content with all problems of some rules mended, and what is left."""
    from tui.core.checks import RULES
    from tui.core.fixes import mend

    made = Rewritten(b"", 0)
    whole = {r for r in rules if RULES[r].scope != "row"}
    if {"utf-16", "json-array", "pretty-printed"} & whole:
        data = _repaired(data, made)
    data = _without_mark(data, whole, made)
    counts: Counter[str] = Counter()
    stuck: Counter[str] = Counter()
    kept: list[bytes] = []
    for line in data.removesuffix(b"\n").split(b"\n") if data else []:
        mended = mend(line, rules)
        end = b"\r" if line.endswith(b"\r") and "crlf" not in rules else b""
        counts["crlf"] += line.endswith(b"\r") and not end
        kept += [one + end for one in mended.lines]
        counts += mended.fixed
        stuck.update([*mended.stuck])
    if "duplicate" in rules:
        kept = _unique(kept, counts)
    last = data.endswith(b"\n") or not kept
    if not last and "no-final-newline" in rules:
        counts["no-final-newline"], last = 1, True
    _tell(made, counts, stuck)
    made.examples = len(kept)
    made.data = b"\n".join(kept) + (b"\n" if last and kept else b"")
    return made


def _tell(made: Rewritten, counts: Counter[str], stuck: Counter[str]) -> None:
    from tui.core.checks import RULES

    for rule, count in (+counts).items():
        made.counts[rule] = made.counts.get(rule, 0) + count
        made.said.append(f"{RULES[rule].title}: {count:,} mended")
    for rule, count in stuck.items():
        left = f"left in {plural(count, 'line')}, to be mended by hand"
        made.said.append(f"{RULES[rule].title}: {left}")


def _repaired(data: bytes, made: Rewritten) -> bytes:
    from tui.core.fixes import repair

    repaired = repair(data)
    for done in repaired.done:
        made.counts[done.rule] = made.counts.get(done.rule, 0) + done.count
        made.said.append(done.text)
    return repaired.data


def _without_mark(data: bytes, rules: AbstractSet[str], made: Rewritten) -> bytes:
    mark = b"\xef\xbb\xbf"
    if "bom" in rules and data.startswith(mark):
        made.counts["bom"] = 1
        return data.removeprefix(mark)
    return data


def _unique(lines: list[bytes], counts: Counter[str]) -> list[bytes]:
    from tui.core.bulk.orders import unique

    kept = unique(lines)
    counts["duplicate"] += len(lines) - len(kept)
    return [lines[index] for index in kept]
