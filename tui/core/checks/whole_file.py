"""Rules on the file as a whole: its bytes, and what only all its examples show together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tui.core.checks.model import FileFacts, Finding, RowFacts, file_rule
from tui.core.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEWEST_EXAMPLES = 10
ADVISED_EXAMPLES = 50
UPLOAD_LIMIT = 512_000_000
SIZE_LIMIT = 8_000_000_000
_EXAMPLES = ("chat", "preference", "completion")
_FORMAT_WORDS = {
    "chat": ("a chat", "chats"),
    "preference": ("a preference pair", "preference pairs"),
    "completion": ("a prompt/completion pair", "prompt/completion pairs"),
}
# Below this many pairs, preferred answers may well be all longer by chance.
_PAIRS_TO_JUDGE = 20


@dataclass(frozen=True)
class WholeFile:
    """All lines of a file, in order, and the file's own facts."""

    rows: Sequence[RowFacts]
    source: FileFacts

    @cached_property
    def examples(self) -> list[tuple[int, RowFacts]]:
        """The lines that are examples of a known format, with their numbers."""
        return [(n, row) for n, row in enumerate(self.rows, 1) if row.kind in _EXAMPLES]

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many examples there are of each format."""
        return Counter(row.kind for _, row in self.examples)

    @property
    def readable(self) -> bool:
        """Whether every line that is not blank is an object, so that numbers mean something."""
        return not any(row.kind == "broken" for row in self.rows)


@file_rule("empty-file", "error", "Empty file", "There is nothing in the file to train on.")
def empty_file(file: WholeFile) -> Iterable[Finding]:
    """Find files without a line."""
    if any(row.kind != "blank" for row in file.rows):
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
    if not file.source.head.startswith(b"\xef\xbb\xbf"):
        return ()
    text = "The file starts with a byte order mark (BOM). Save it as UTF-8 without one."
    return (Finding(text, line=1),)


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
    """Find files whose last line is not ended."""
    if file.source.ends_with_newline or not file.source.size:
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
    """Find names of another kind; a name like "-" for standard input is none."""
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
    count = len(file.examples)
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
    count = len(file.examples)
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
    if len(file.kinds) < 2:
        return ()
    usual = file.kinds.most_common(1)[0][0]
    return [
        Finding(
            f"This line is {_FORMAT_WORDS[row.kind][0]}, most are {_FORMAT_WORDS[usual][1]}. "
            "Move it to a file of its own.",
            line=line,
        )
        for line, row in file.examples
        if row.kind != usual
    ]


@file_rule(
    "nothing-to-train",
    "error",
    "Nothing to train on",
    "A file in which no answer has weight 1 trains nothing.",
)
def nothing_to_train(file: WholeFile) -> Iterable[Finding]:
    """Find files whose answers all have weight 0."""
    if not file.examples or any(row.trains for _, row in file.examples):
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
    first: dict[bytes, int] = {}
    found = []
    for line, row in file.examples:
        before = first.setdefault(row.content, line) if row.content else line
        if before != line:
            found.append(Finding(f"This is the same as line {before}. Delete one.", line=line))
    return found


@file_rule(
    "contradiction",
    "warning",
    "Same prompt, different answers",
    "Two answers to one prompt pull the model in two directions.",
)
def contradiction(file: WholeFile) -> Iterable[Finding]:
    """Find prompts that are answered differently before."""
    first: dict[bytes, tuple[int, bytes]] = {}
    found = []
    for line, row in file.examples:
        if not row.answer or not row.prompt:
            continue
        before, answer = first.setdefault(row.prompt, (line, row.answer))
        if answer != row.answer:
            text = f"Line {before} answers the same prompt differently. Keep the better one."
            found.append(Finding(text, line=line))
    return found


@file_rule(
    "several-prompts",
    "info",
    "Different system messages",
    "Different system messages teach different characters; often it is a typing slip.",
)
def several_prompts(file: WholeFile) -> Iterable[Finding]:
    """Find files whose examples do not share one system message."""
    count = Counter(row.system for _, row in file.examples)
    if len(count) < 2:
        return ()
    usual, times = count.most_common(1)[0]
    other = next(line for line, row in file.examples if row.system != usual)
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
    judged = [r.preferred_longer for _, r in file.examples if r.preferred_longer is not None]
    longer = sum(judged)
    if len(judged) < _PAIRS_TO_JUDGE or longer < 0.95 * len(judged):
        return ()
    text = f"In {longer} of {len(judged)} pairs the preferred answer is longer. Add shorter ones."
    return (Finding(text),)
