"""`finetui chats export --as`: saved chats as examples or pairs, into a dataset."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.cli.inputs import a_file
from tui.core.chat.chat_examples import example_of, pairs_of
from tui.core.text.text import plural
from tui.services.datasets.adding import AddedExample
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.chat.saved import Chat
    from tui.core.dataset.from_answers import MadeExample
    from tui.services.workspace import Workspace


async def export_to_data(
    options: argparse.Namespace, chats: dict[int, Chat], workspace: Workspace, out: Output
) -> int:
    """Add chats to a dataset; tell what was added and what was there already."""
    if options.kind is None or options.to is None:
        raise InputError("Usage", "--as and --to belong together", "Give both.")
    path = a_file(options.to, "--to")
    if not options.append and await asyncio.to_thread(path.exists):
        raise InputError("The file exists", str(path), "Name another file, or add --append.")
    added: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    without: list[int] = []
    for chat_id, chat in chats.items():
        made = _examples_of(options.kind, chat, str(chat_id))
        if not made:
            without.append(chat_id)
        for example in made:
            result = await workspace.adding.add(path, example)
            place = {"chat": chat_id, "row": result.number}
            if isinstance(result, AddedExample):
                added.append(place | {"problems": len(result.issues), "saved": result.saved})
                out.line(f"chat {chat_id}: {result.place}, {result.state}: {result.checked}")
            else:
                there.append(place)
                out.line(f"chat {chat_id}: {result.words}")
    what = "pair" if options.kind == "pairs" else "example"
    out.line(f"{plural(len(added), what)} added to {path}, {len(there):,} there already")
    if without:
        why = "no corrected answer" if what == "pair" else "no whole answer"
        out.line(f"{why}: {', '.join(f'chat {one}' for one in without)}")
    out.document({"path": str(path), "added": added, "already_there": there, "without": without})
    return 0


def _examples_of(kind: str, chat: Chat, chat_id: str) -> list[MadeExample]:
    if kind == "pairs":
        return [*pairs_of(chat, chat_id)]
    example = example_of(chat, chat_id)
    return [] if example is None else [example]
