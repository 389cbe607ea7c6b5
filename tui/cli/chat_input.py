"""What `finetui chat` is given: prompt, messages, images, and the parameters only it has."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.cli.chat_parameters import read_parameters
from tui.cli.inputs import STDIN, check_stdin, stdin_bytes
from tui.cli.json_files import GivenChat, read_conversation, read_schema
from tui.core.chat.images import user_message
from tui.services.errors import InputError
from tui.services.image_files import read_image

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tui.core.chat.parameters import ChatParameters


def wants_app(options: argparse.Namespace) -> bool:
    """Whether nothing was given to ask, on a terminal: then the app is opened in Chat."""
    asked = options.prompt is not None or options.messages or options.json or options.image
    return not asked and sys.stdin.isatty() and sys.stderr.isatty()


async def read_question(
    options: argparse.Namespace,
) -> tuple[tuple[dict[str, Any], ...], tuple[Mapping[str, Any], ...]]:
    """Return the messages to send, and the tools that stand beside them in their file.

    Raises InputError for what cannot be read or is not a question.
    """
    check_stdin([options.prompt, options.messages])
    found, tools = (
        await read_conversation(options.messages) if options.messages else GivenChat([], ())
    )
    if options.system:
        found = [m for m in found if m.get("role") != "system"]
        found.insert(0, {"role": "system", "content": options.system})
    urls = [(await read_image(path)).url for path in options.image]
    if options.prompt is not None:
        found.append(user_message(await _prompt(options.prompt), urls))
    elif urls:
        raise InputError("No prompt", "an image needs a question about it", "Write one.")
    if not options.messages and options.prompt is None:
        raise InputError(
            "No prompt", "nothing to ask was given", "Write a question, or - for stdin."
        )
    if not found or found[-1].get("role") not in {"user", "tool"}:
        last = str(found[-1].get("role")) if found else "missing"
        raise InputError(
            "No prompt", f"the last message is {last}, not a question", "Add a PROMPT."
        )
    return tuple(found), tools


async def read_chat_parameters(
    options: argparse.Namespace, kind: str, tools: tuple[Mapping[str, Any], ...]
) -> ChatParameters:
    """Return what a model of this kind of provider is asked with, `tools` those of the messages.

    Raises InputError for a file that cannot be read.
    """
    return replace(
        await read_parameters(options, kind, tools),
        stop=tuple(options.stop),
        reasoning_effort=options.effort,
        response_format=await read_schema(options.json_schema) if options.json_schema else None,
        logprobs=options.logprobs,
    )


async def _prompt(given: str) -> str:
    if given != STDIN:
        if not given.strip():
            raise InputError("No prompt", "the question is empty", "Write one, or - for stdin.")
        return given
    try:
        text = (await stdin_bytes()).decode()
    except UnicodeDecodeError as error:
        raise InputError("Cannot read the prompt", f"stdin: {error}", "Send UTF-8.") from error
    if not text.strip():
        raise InputError("No prompt", "stdin was empty", "Write a question to it.")
    return text.rstrip("\n")
