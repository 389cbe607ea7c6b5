"""Rules on the file as a whole: its bytes, and what only all its examples show together."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from tui.core.arrays import differing, picked
from tui.core.checks.registry import Finding, PairFindings, file_rule
from tui.core.checks.report_columns import JUDGED, LONGER, TRAINS
from tui.core.checks.whole_file.repeats import repeats
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.whole_file.file_view import WholeFile

FEWEST_EXAMPLES = 10
ADVISED_EXAMPLES = 50
UPLOAD_LIMIT = 512_000_000
SIZE_LIMIT = 8_000_000_000
_FORMAT_WORDS = {
    "chat": ("a chat", "chats"),
    "preference": ("a preference pair", "preference pairs"),
    "completion": ("a prompt/completion pair", "prompt/completion pairs"),
}
# Below this many pairs, preferred answers may well be all longer by chance.
_PAIRS_TO_JUDGE = 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@file_rule("empty-file", "error", "Empty file", "There is nothing in the file to train on.")
def empty_file(file: WholeFile) -> Iterable[Finding]:
    """Find files without a line."""
    if set(file.kinds) - {"blank"}:
        return ()
    return (Finding("The file is empty. Add examples, one a line."),)


@file_rule(
    "bom",
    "error",
    "Byte order mark",
    "The invisible mark at the start makes the first line unreadable for several servers; "
    "Azure alone asks for it.",
    fixable=True,
)
def bom(file: WholeFile) -> Iterable[Finding]:
    """Find a UTF-8 byte order mark at the start."""
    if not file.source.head.startswith(codecs.BOM_UTF8):
        return ()
    text = "The file starts with a byte order mark (BOM). Save it as UTF-8 without one."
    return (Finding(text, line=1),)


@file_rule(
    "bom-missing",
    "info",
    "No byte order mark",
    "Microsoft's guide asks for UTF-8 with a byte order mark; the export “Azure / Foundry” "
    "writes one.",
)
def bom_missing(file: WholeFile) -> Iterable[Finding]:
    """Find files without a mark that are for a provider which asks for one."""
    if not file.source.wants_bom or file.source.head.startswith(codecs.BOM_UTF8):
        return ()
    return (Finding("There is no byte order mark (BOM). Export it with one if it is refused."),)


@file_rule(
    "crlf",
    "info",
    "Windows line ends",
    "Lines end in CR LF, as on Windows. Servers accept it.",
    fixable=True,
)
def crlf(file: WholeFile) -> Iterable[Finding]:
    """Find CR LF line ends, or CR alone."""
    if b"\r\n" in file.source.head:
        return (Finding("Lines end in CR LF. Save with LF if a tool stumbles over it."),)
    if b"\r" in file.source.head and b"\n" not in file.source.head:
        return (Finding("Lines end in CR alone, which no server reads as a line end. Use LF."),)
    return ()


@file_rule(
    "no-final-newline",
    "info",
    "No line break at the end",
    "Files that are joined later would run two examples into one line.",
    fixable=True,
)
def no_final_newline(file: WholeFile) -> Iterable[Finding]:
    """Find files whose last line is not ended; UTF-16, with its other line ends, is passed over."""
    source = file.source
    if source.ends_with_newline or not source.size or source.head.startswith(_UTF16):
        return ()
    return (Finding("The last line has no line break. Add one.", line=len(file.rows)),)


@file_rule(
    "wrong-extension",
    "warning",
    "Name does not end in .jsonl",
    "Servers want training files to be called something.jsonl.",
    fixable=True,
)
def wrong_extension(file: WholeFile) -> Iterable[Finding]:
    """Find names that do not end in .jsonl; one like "-" for standard input is passed over."""
    if file.source.name.lower().endswith(".jsonl") or file.source.name in {"", "-"}:
        return ()
    return (Finding("The name does not end in .jsonl. Rename the file."),)


@file_rule(
    "large-file",
    "warning",
    "Over 512 MB",
    "Files over 512 MB go up in parts, which not every provider offers.",
)
def large_file(file: WholeFile) -> Iterable[Finding]:
    """Find files too large for a plain upload."""
    if not UPLOAD_LIMIT < file.source.size <= SIZE_LIMIT:
        return ()
    return (Finding("The file is over 512 MB. It has to go up in parts; or split it."),)


@file_rule("too-large-file", "error", "Over 8 GB", "No upload may be larger than 8 GB.")
def too_large_file(file: WholeFile) -> Iterable[Finding]:
    """Find files no server takes."""
    if file.source.size <= SIZE_LIMIT:
        return ()
    return (Finding("The file is over 8 GB. Split it."),)


@file_rule(
    "too-few-examples",
    "error",
    "Fewer than 10 examples",
    "OpenAI trains on at least 10 examples; a validation file may have fewer.",
)
def too_few_examples(file: WholeFile) -> Iterable[Finding]:
    """Find training files that are refused for their length."""
    count = file.examples
    if count >= FEWEST_EXAMPLES or not count or not file.readable:
        return ()
    text = f"There are {plural(count, 'example')}; training needs at least 10. Add more."
    return (Finding(text if count > 1 else text.replace("There are", "There is")),)


@file_rule(
    "few-examples",
    "warning",
    "Fewer than 50 examples",
    "Gains are expected from 50 to 100 good examples on.",
)
def few_examples(file: WholeFile) -> Iterable[Finding]:
    """Find files that are accepted but small."""
    count = file.examples
    if not FEWEST_EXAMPLES <= count < ADVISED_EXAMPLES:
        return ()
    return (Finding(f"There are {count} examples; 50 or more are advised. Add more if you can."),)


@file_rule(
    "mixed-formats",
    "error",
    "Mixed formats",
    "All lines of a file have to be of one format.",
)
def mixed_formats(file: WholeFile) -> Iterable[Finding]:
    """Find the lines that differ from the format of the most."""
    if len(file.formats) < 2:
        return ()
    usual = file.formats.most_common(1)[0][0]
    return [
        Finding(
            f"This line is {_FORMAT_WORDS[kind][0]}, most are {_FORMAT_WORDS[usual][1]}. "
            "Move it to a file of its own.",
            line=line,
        )
        for kind in file.formats
        if kind != usual
        for line in file.of_kind(kind)
    ]


@file_rule(
    "nothing-to-train",
    "error",
    "Nothing to train on",
    "A file in which no answer has weight 1 trains nothing.",
)
def nothing_to_train(file: WholeFile) -> Iterable[Finding]:
    """Find files whose answers all have weight 0."""
    if not file.examples or file.rows.having(TRAINS):
        return ()
    return (Finding("No answer in the file is trained. Give the answers weight 1."),)


@file_rule(
    "duplicate",
    "warning",
    "Duplicate example",
    "An example that stands twice counts twice, in training and on the bill.",
    fixable=True,
)
def duplicate(file: WholeFile) -> Iterable[Finding]:
    """Find examples that stand in the file before."""
    return PairFindings("This is the same as line {}. Delete one.", *repeats(file.rows.content))


@file_rule(
    "contradiction",
    "warning",
    "Same prompt, different answers",
    "Two answers to one prompt pull the model in two directions.",
)
def contradiction(file: WholeFile) -> Iterable[Finding]:
    """Find prompts that are answered differently before, and pairs judged both ways."""
    again, before = repeats(file.rows.choice)
    answers = file.rows.answer
    differ = differing(picked(answers, again), picked(answers, before))
    text = "Line {} answers the same prompt differently. Keep the better one, or ask differently."
    if file.kinds["preference"] and not file.kinds["chat"]:
        text = "Line {} prefers the other of the same two answers. Keep the better judged pair."
    return PairFindings(text, picked(again, differ), picked(before, differ))


@file_rule(
    "several-prompts",
    "info",
    "Different system messages",
    "Different system messages teach different characters; often it is a typing slip.",
)
def several_prompts(file: WholeFile) -> Iterable[Finding]:
    """Find files whose examples do not share one system message."""
    count, first_other = file.systems()
    if len(count) < 2:
        return ()
    usual, times = count.most_common(1)[0]
    other = first_other(usual)
    return (
        Finding(
            f"There are {len(count)} different system messages (or none); {times:,} examples share "
            f"one, line {other} is the first that differs. Make them equal if that is not meant."
        ),
    )


@file_rule(
    "longer-preferred",
    "info",
    "Preferred answers are longer",
    "When the better answer is nearly always the longer one, the model learns to be wordy.",
)
def longer_preferred(file: WholeFile) -> Iterable[Finding]:
    """Find preference files that reward length."""
    judged, longer = file.rows.having(JUDGED), file.rows.having(LONGER)
    if judged < _PAIRS_TO_JUDGE or longer < 0.95 * judged:
        return ()
    text = f"In {longer} of {judged} pairs the preferred answer is longer. Add shorter ones."
    return (Finding(text),)
