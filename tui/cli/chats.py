"""`finetui chats`: the chats that the app has saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command, group
from tui.cli.deleting import delete_each
from tui.cli.inputs import STDIN
from tui.core.chat.conversation import messages, path, position
from tui.core.chat.saved import dataset_line, markdown
from tui.core.dataset.example import content_text
from tui.core.text.moments import date_words
from tui.core.text.text import plural
from tui.services.chat.export import write_export
from tui.services.errors import InputError, NeedsConfirmation

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tui.cli.output import Output
    from tui.core.chat.conversation import Node
    from tui.core.chat.saved import Chat
    from tui.services.workspace import Workspace

_WRITERS: dict[str, Callable[[Chat], str]] = {"md": markdown, "jsonl": dataset_line}


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "chats")
    parser = command(actions, "list", _list, "list the saved chats, the last one first")
    parser.add_argument("--search", metavar="TEXT", default="", help="only chats that hold this")
    parser = command(actions, "show", _show, "print a chat as it stood last")
    parser.add_argument("id", metavar="CHAT", type=int)
    parser = command(actions, "export", _export, "write chats as Markdown or as a dataset")
    parser.add_argument("ids", metavar="CHAT", nargs="*", type=int)
    parser.add_argument("--all", action="store_true", help="all chats of the profile")
    parser.add_argument(
        "--format",
        choices=sorted(_WRITERS),
        default="jsonl",
        help="jsonl: a line of a dataset each",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="a new file (default, and -: standard output)"
    )
    _add_dataset_options(parser)
    parser = command(actions, "rename", _rename, "give a chat another title")
    parser.add_argument("id", metavar="CHAT", type=int)
    parser.add_argument("title", metavar="TITLE")
    parser = command(actions, "delete", _delete, "delete chats")
    parser.add_argument("ids", metavar="CHAT", nargs="+", type=int)
    add_yes(parser, "delete them for good")


def _add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add what says that chats are to go into a dataset."""
    parser.add_argument(
        "--as",
        dest="kind",
        choices=("chats", "pairs"),
        help="with --to: an example a chat, or a preference pair for each corrected answer",
    )
    parser.add_argument("--to", metavar="FILE", help="the dataset that takes them")
    parser.add_argument(
        "--append", action="store_true", help="FILE may exist; what it has already is left out"
    )


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    chats = await workspace.chats.listing(options.search)
    out.document(
        {
            "chats": [
                {
                    "id": one.id, "title": one.title, "model": one.model,
                    "messages": one.messages, "updated_at": one.updated_at,
                }
                for one in chats
            ]
        }
    )  # fmt: skip
    out.table(
        ("id", "changed", "messages", "model", "title"),
        [
            (str(one.id), date_words(one.updated_at), str(one.messages), one.model, one.title)
            for one in chats
        ],
    )
    return 0


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    chat = await workspace.chats.load(options.id)
    nodes = path(chat.conversation)
    out.document(
        {
            "id": options.id, "title": chat.name, "model": chat.model,
            "system": chat.system or None,
            "parameters": chat.parameters.as_json(),
            "messages": [dict(m) for m in messages(chat.conversation)],
            "answers": [_answer(node) for node in nodes if node.role == "assistant"],
        }
    )  # fmt: skip
    out.line(f"{chat.name}")
    if chat.system:
        out.line(f"\nsystem\n{chat.system}")
    for node in nodes:
        out.line(f"\n{_head(chat, node)}\n{content_text(node.message.get('content'))}")
        for call in node.message.get("tool_calls", ()):
            function = call.get("function", {})
            out.line(f"{function.get('name')}({function.get('arguments')})")
    return 0


def _head(chat: Chat, node: Node) -> str:
    at, of = position(chat.conversation, node.id)
    parts = [node.role, node.model, f"‹{at}/{of}›" if of > 1 else "", node.note]
    return "  ".join(part for part in parts if part)


def _answer(node: Node) -> dict[str, Any]:
    reply = None if node.reply is None else node.reply.as_json()
    return {"model": node.model or None, "state": node.state, "edited": node.edited, "reply": reply}


async def _export(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    ids = options.ids
    if options.all:
        ids = [one.id for one in await workspace.chats.listing()]
    elif not ids:
        raise InputError("Usage", "which chats is not said", "Name their ids, or --all.")
    chats = {one: await workspace.chats.load(one) for one in ids}
    if options.kind is not None or options.to is not None:
        from tui.cli.chats_to_data import export_to_data

        return await export_to_data(options, chats, workspace, out)
    texts = (_WRITERS[options.format](chat).rstrip("\n") + "\n" for chat in chats.values())
    text = "".join(texts)
    if options.out in {None, STDIN}:
        out.piece(text)
        out.document({"exported": len(chats), "text": text})
        return 0
    await write_export(options.out, text)
    out.line(f"{plural(len(chats), 'chat')} written to {options.out}")
    out.document({"exported": len(chats), "path": options.out})
    return 0


async def _rename(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    title = options.title.strip()
    if not title:
        raise InputError("Usage", "the title is empty", "Write one.")
    await workspace.chats.rename(options.id, title)
    out.line(f"chat {options.id} is called {title}")
    out.document({"id": options.id, "title": title})
    return 0


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    ids = [*dict.fromkeys(options.ids)]
    if not options.yes:
        named = [f"{one} ({(await workspace.chats.load(one)).name})" for one in ids]
        raise NeedsConfirmation(
            "Not done",
            f"this deletes {plural(len(ids), 'chat')} for good: {', '.join(named)}",
            "Add --yes to do it.",
        )

    async def delete(identifier: int) -> bool:
        await workspace.chats.delete(identifier)
        return True

    return await delete_each("chat", ids, delete, out)
