"""Steps that services tell for the command line, in the keys of the app.

A service knows no screen: what it says to do next names a command. Where a key does the same, the
app says the key. A test looks for commands in the texts of services that are missing here.
"""

from __future__ import annotations

import re

from tui.commands import command, key_hint, key_of


def _key_in_mode(mode: str, command_id: str, words: str) -> str:
    """Return what a key does in a mode, with the key that goes there."""
    there = command(f"app.mode_{mode}")
    return f"{key_of(command_id)} in {there.title} ({there.labels[0]}) {words}"


def _table() -> tuple[tuple[str, str], ...]:
    """Return what is said of the command line, as patterns, and what the app says for it."""
    models = f"Models ({key_of('app.mode_models')})"
    jobs = f"Jobs ({key_of('app.mode_jobs')})"

    return (
        (
            r"finetui record --profile (\S+) --model (\S+) --dataset FILE",
            rf"{_key_in_mode('models', 'models.record', 'records it')}, with profile \1.",
        ),
        (
            r"`finetui compare --recording RUN --models MODEL` names a recording",
            _key_in_mode("compare", "compare.run", "asks others what any recording was asked"),
        ),
        (r"`finetui models list --tuned` lists those", f"{models} lists those"),
        (r"`finetui models list(?: --tuned)?` lists them", f"{models} lists them"),
        (
            r"`finetui jobs create --like JOB` makes it",
            _key_in_mode("jobs", "jobs.again", "makes it"),
        ),
        (
            r"`finetui jobs unanswered` looks again; do so before creating it again",
            f"{jobs} lists it if it is there: {key_hint('jobs.refresh', 'looks')} again; do so "
            "before creating it again",
        ),
        (
            r"`finetui doctor` says what is",
            f"{key_of('app.profile')}, then {key_hint('profiles.test', 'says')} what is",
        ),
        (r"`finetui check`, or (\w+) in Datasets, lists", r"\1 in Datasets lists"),
        (r"Name one with --by", f"{key_hint('keep_best.measure', 'chooses')} one"),
        (
            r"See finetui chats list",
            _key_in_mode("chat", "chat.list", "lists those there are"),
        ),
        (
            r"finetui profiles edit (\S+) changes it",
            rf"{key_of('app.profile')}, then {key_hint('profiles.edit', 'changes')} \1",
        ),
        (r"finetui keys lists them all", f"{key_hint('app.keys', 'lists')} them all"),
        (r"finetui profiles list", f"{key_hint('app.profile', 'lists')} those there are."),
        (
            r"Type it in the app, or give it to a command: --key-stdin",
            f"{key_hint('app.profile', 'asks')} for it",
        ),
    )


def in_app(text: str) -> str:
    """Return a text that names no command of the command line where a key does the same."""
    if "finetui " not in text and "--" not in text:
        return text
    for said, here in _table():
        text = re.sub(said, here, text)
    return text
