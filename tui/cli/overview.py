"""The commands by what they are for, in a line each: the help of the program, without them."""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "data",
        (
            ("check", "check datasets, line by line"),
            ("fix", "mend what check finds; writes to standard output"),
            ("edit", "change many examples at once"),
            ("redact", "replace secrets and personal data by placeholders"),
            ("dedupe", "remove duplicate examples"),
            ("convert", "convert a dataset between formats"),
            ("split", "split into training and validation"),
            ("diff", "compare two datasets by example"),
            ("stats", "what the examples are made of"),
        ),
    ),
    ("tokens and cost", (("tokens", "count tokens and price a job"),)),
    (
        "files and jobs",
        (
            ("files", "list, upload, download, delete and prune uploaded files"),
            ("jobs", "create, list, watch, pause and cancel fine-tuning jobs"),
        ),
    ),
    (
        "chat and compare",
        (
            ("chat", "ask a model, or open the app to chat with it"),
            ("chats", "list, read, rename, export and delete saved chats"),
            ("compare", "ask several models the same, and measure"),
            ("record", "keep a model's answers to a dataset, before the model goes"),
        ),
    ),
    (
        "models",
        (
            ("models", "base and fine-tuned models, those that are gone too"),
            ("deployments", "what serves models, what it costs, and ending that"),
        ),
    ),
    (
        "providers",
        (
            ("profiles", "the providers to talk to, in the configuration file"),
            ("lab", "run the built-in provider alone, for any client"),
            ("doctor", "look at this machine and the profiles; reads only"),
        ),
    ),
    (
        "program",
        (
            ("config", "the configuration file: where it is, what it says"),
            ("keys", "list all commands of the app with their keys"),
            ("log", "read the log of the app"),
            ("completion", "print what makes a shell complete these commands"),
        ),
    ),
)
ABOUT = {name: words for _, commands in GROUPS for name, words in commands}
COMMANDS = tuple(ABOUT)

SUMMARY = "Fine-tune chat models from the keyboard. Without a command it opens the app."
_EXAMPLES = (
    ("finetui", "open the app, which has a tour"),
    ("finetui train.jsonl", "open a dataset"),
    ("finetui check train.jsonl", "its problems"),
    ("finetui tokens train.jsonl --epochs 3", "what training costs"),
    ("finetui jobs create --training-file train.jsonl --model lab-small --wait", ""),
    ('finetui chat --model ft:lab-small:lab::ID "Is tap water fine?"', ""),
)
_CODES = """\
exit codes:
  0 done, 1 problems found or the job failed, 2 usage or unreadable input,
  3 the provider refused, 4 it bills, destroys or leaks and was not told to,
  5 the output cannot be written, 130 interrupted, 143 ended by SIGTERM"""


def description() -> str:
    """Return the summary, the commands by task, and examples."""
    lines = [SUMMARY, "Each command explains itself with --help.", ""]
    for title, commands in GROUPS:
        lines += [f"{title}:", *(f"  {name:<12} {words}" for name, words in commands), ""]
    lines += ["examples:", *(f"  {line:<40}{words}".rstrip() for line, words in _EXAMPLES)]
    return "\n".join(lines)


def exit_codes() -> str:
    """Return what the exit codes mean."""
    return _CODES
