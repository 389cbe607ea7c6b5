"""`finetui redact`: replace secrets and personal data by placeholders."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.rewrite_files import Rewritten, add_files, rewrite_all
from tui.core.formats.detection.samples import HEAD

if TYPE_CHECKING:
    import argparse
    from collections.abc import Set as AbstractSet

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "redact", _redact)
    parser.add_argument(
        "--kind",
        choices=("secrets", "personal", "all"),
        default="all",
        help="keys and tokens, or mail addresses, cards and accounts (default: all)",
    )
    add_files(parser)


async def _redact(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    from tui.core.fixes.redaction.redaction import PLACEHOLDERS

    starts = {"secrets": "secret-", "personal": "personal-", "all": ""}[options.kind]
    rules = frozenset(rule for rule in PLACEHOLDERS if rule.startswith(starts))
    return await rewrite_all(options, partial(_redacted, rules=rules), out)


def _redacted(path: str, data: bytes, rules: AbstractSet[str]) -> Rewritten:
    from tui.core.checks import RULES
    from tui.core.fixes.redaction.redacted_file import redact_file
    from tui.core.fixes.redaction.redaction import PLACEHOLDERS
    from tui.core.formats.detection.containers import table_container
    from tui.core.formats.detection.packed import not_text, unpacking
    from tui.core.formats.detection.tables import table_format

    found = redact_file(data, rules)
    made = Rewritten(found.data, found.lines, dict(found.counts))
    made.unread, made.opaque = found.unread, found.opaque
    made.said = [
        f"{RULES[rule].title}: {count:,} replaced by {PLACEHOLDERS[rule]}"
        for rule, count in found.counts.items()
    ]
    made.said += [f"not looked at: {text}" for text in (*found.unread, *found.remarks)]
    if found.opaque:
        what = not_text(data)
        step = unpacking(what, path) if what else "Save it as plain text first"
        if (kind := table_container(path, data[:HEAD])) is not None:
            step = f"To read it: `{table_format(kind, data[:HEAD]).command(path)}`"
        made.said.append(f"{step}; a copy as it is would only look redacted")
    return made
