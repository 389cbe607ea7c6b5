"""Add examples made of answers to a dataset: ask for the dataset once, and say where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_of
from tui.core.dataset.example import Example
from tui.core.dataset.from_answers import KIND_WORDS, beside
from tui.core.text.text import plural
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.dataset.from_answers import MadeExample, MadeKind
    from tui.screens.controller_context import ScreenContext
    from tui.services.datasets import Document
    from tui.services.datasets.adding import AddedExample, AlreadyThere, WrongKind

_RECENTS = 8
_NEW: dict[MadeKind, str] = {"chat": "examples.jsonl", "preference": "pairs.jsonl"}


class Adding:
    """Asks once for the dataset that takes examples of a kind, then adds without a question.

    `choosing` names for each kind the command that asks for another one; `taking_back` the one
    that takes the last example out again. The user is told of their keys.
    """

    def __init__(
        self, context: ScreenContext, choosing: dict[MadeKind, str], taking_back: str
    ) -> None:
        self._context = context
        self._choosing, self._taking_back = choosing, taking_back
        self._unsaved: AddedExample | None = None  # told of in the status line

    async def add(self, made: MadeExample, *, choose: bool = False) -> AddedExample | None:
        """Add an example and say where it is; None when the user has left it.

        With `choose` the dataset is asked for again.
        """
        from tui.services.datasets.adding import AddedExample, WrongKind

        service = self._context.workspace.adding
        path = None if choose else service.targets.get(made.kind)
        again = False
        if path is None:
            path = await self._choose(made.kind)
        while path is not None:
            try:
                result = await service.add(path, made, again=again)
            except WrongKind as error:
                path = error.beside if await self._goes_beside(error) else None
                continue
            if isinstance(result, AddedExample):
                service.targets[made.kind] = path
                self._say(result)
                return result
            again = await self._wanted_twice(result)
            path = path if again else None
        return None

    def look_again(self) -> None:
        """Say no more that an example is not saved, once it is, or stands there no longer."""
        if (told := self._unsaved) is None:
            return
        document = self._context.workspace.datasets.current
        if (
            document is None
            or document.path != told.path
            or not document.modified
            or told.number > len(document)
            or document.line(told.number - 1) != told.line
        ):
            self._context.note("")
            self._unsaved = None

    async def take_back(self) -> None:
        """Take the example that was added last out again."""
        self._context.note("")
        self._unsaved = None
        self._context.tell(await self._context.workspace.adding.take_back(), seconds=5)

    # -- inside ------------------------------------------------------------------------

    def _say(self, added: AddedExample) -> None:
        """Say where it is: at length for a while, in short in the status line."""
        back = key_of(self._taking_back)
        other = key_of(self._choosing[added.kind])
        self._context.tell(
            f"{_sentence(added.place)}: {added.checked}.\n{_sentence(added.state)}.\n"
            f"{back} takes it back, {other} chooses another file.",
            seconds=8,
            warning=bool(added.trouble or added.contradicts)
            or any(i.severity == "error" for i in added.issues),
        )
        state = "saved" if added.saved else "not saved yet"
        self._unsaved = None if added.saved or not added.is_open else added
        self._context.note(f"{added.place}: {state} · {back} takes it back")

    async def _wanted_twice(self, there: AlreadyThere) -> bool:
        question = f"The same example is {there.words}."
        dialog = Confirm("Already there", question, "adds it once more", "leaves it")
        return await self._context.ask(dialog) is True

    async def _goes_beside(self, error: WrongKind) -> bool:
        question = f"{error.cause}.\nPut it into {error.beside.name} beside it?"
        return await self._context.ask(Confirm(error.title, question, "puts it there")) is True

    async def _choose(self, kind: MadeKind) -> Path | None:
        """Ask which dataset takes examples of this kind: the open one, a recent one, or a name."""
        datasets = self._context.workspace.datasets
        recents = await datasets.recents()
        title = f"Add {KIND_WORDS[kind]} to"
        choices: list[Choice[Path | str]] = []
        if (document := datasets.current) is not None:
            choices += _open_choices(document, kind)
        known = {choice.value for choice in choices}
        if document is not None:
            known.add(document.path)
        choices += [
            Choice(path, path.name, short_path(path.parent))
            for path in recents[:_RECENTS]
            if path not in known
        ]
        if choices:
            choices.append(Choice("", "Another file, or a new one …", "by its path"))
            chosen = await self._context.ask(Choose(title, choices))
            if chosen is None or not isinstance(chosen, str):
                return chosen
        takes = "adds to the file, or begins it"
        dialog = PathDialog(title, recents, value=_NEW[kind], must_exist=False, takes=takes)
        return await self._context.ask(dialog)


def _open_choices(document: Document, kind: MadeKind) -> list[Choice[Path | str]]:
    """Return the open dataset, or a file beside it if it holds examples of another kind."""
    first = document.example(0) if len(document) else None
    holds = first.kind if isinstance(first, Example) else kind
    path = document.path
    if holds == kind:
        words = (
            f"open now, {plural(len(document), 'example')}; {key_of('datasets.save')} there saves"
        )
        if document.read_only:
            words = "open for reading only: another window edits it"
        return [Choice(path, path.name, words)]
    words = f"beside {path.name}, which holds {KIND_WORDS.get(holds, 'other examples')}"
    return [Choice(beside(path, kind), beside(path, kind).name, words)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
