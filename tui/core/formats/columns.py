"""Mapping of columns: which key or column holds what, and examples made by it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from tui.core.dataset.example import kind_of
from tui.core.formats.media import remark_marks
from tui.core.formats.parts import answer_text, as_json, no_more, plain_text
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.alpaca import asked
from tui.core.formats.supported.chat import chat_of, example_keys, role_of
from tui.core.formats.supported.openai_pairs import outside_pair, pair_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Part = Literal[
    "system", "user", "assistant", "chosen", "rejected", "conversation", "speaker", "text", "order"
]
PARTS: tuple[Part, ...] = (
    "system", "user", "assistant", "chosen", "rejected", "conversation", "speaker", "text", "order",
)  # fmt: skip
EVERY_ROW = "*"  # in place of a column of conversations: the file is one
_USUAL: dict[Part, tuple[str, ...]] = {
    "system": ("system", "system prompt", "system message"),
    "user": ("question", "user", "prompt", "query", "instruction", "input", "human", "problem",
             "request", "user message", "q", "description", "issue", "inputs",
             "inquiry", "customer message", "frage", "anfrage", "beschreibung", "eingabe",
             "anweisung", "вопрос", "domanda", "pergunta", "質問", "问题", "問題", "consigne",
             "entrée", "pregunta", "consulta", "entrada"),
    "assistant": ("assistant", "completion", "answer", "response", "output", "reply", "gpt",
                  "solution", "assistant message", "answers", "a", "antwort", "ausgabe", "réponse",
                  "reponse", "sortie", "respuesta", "respuestas", "salida", "resolution", "lösung",
                  "loesung", "ответ", "risposta", "resposta", "回答", "答案", "agent response",
                  "agent reply", "targets", "target"),
    "chosen": ("chosen", "preferred", "preferred output", "accepted", "response j"),
    "rejected": ("rejected", "non preferred", "non preferred output", "response k"),
}  # fmt: skip
# Of tables with one message in a row.
_SPOKEN: dict[Part, tuple[str, ...]] = {
    "conversation": ("conversation id", "conversation", "conv id", "conv", "dialogue id",
                     "dialog id", "dialogue", "dialog", "chat id", "chat", "thread id", "thread",
                     "session id", "session", "ticket id", "ticket", "ticket number", "ticket no",
                     "case id", "case", "topic id", "topic", "threadid", "sessionid", "chatid",
                     "topicid", "call id", "channel id", "group id", "conversationid",
                     "conversation number", "gespräch", "unterhaltung", "vorgang"),
    "speaker": ("role", "speaker", "sender", "from", "author", "author name", "sender name",
                "participant", "who", "user name", "username", "user", "sprecher", "absender",
                "autor", "rolle"),
    "text": ("content", "text", "post text", "post body", "post content",
             "message", "utterance", "body", "words", "msg", "value",
             "message text", "comment", "nachricht", "inhalt", "mensaje", "texto", "contenu"),
    "order": ("turn", "turn id", "turn number", "turn index", "message index", "msg index",
              "message number", "position", "seq", "sequence", "order", "index", "timestamp",
              "created at", "sent at", "post time", "post date", "datetime",
              "ts", "time", "date", "datum", "zeit"),
}  # fmt: skip
# What a question speaks of, where it stands in a column of its own: joined to the question.
_CONTEXT = ("context", "input", "passage", "document")
_EMPTY = {
    "NULL",
    "null",
    "NaN",
    "nan",
    "None",
    "N/A",
    "n/a",
    "#N/A",
    "\\N",
    "NA",
    "<NA>",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
}
_BETWEEN = "\n\n"
_DEEP = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that hold each part; several are joined in their order.

    A column is a key of a row, or the path to a value deeper in it: `data.question`.
    """

    system: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    assistant: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    @classmethod
    def guess(cls, names: Sequence[str]) -> Columns:
        """Return columns by their usual names, for the user to look at."""
        by_name: dict[str, str] = {}
        for name in names:  # the last part of a path is a name too, unless it is one itself
            holder, _, last = name.rpartition(".")
            by_name.setdefault(_usual(holder if last == "text" else last), name)
        by_name |= {_usual(name): name for name in reversed(names)}
        taken: set[str] = set()
        found = _named(_USUAL, by_name, taken)
        if found["chosen"] and found["rejected"]:
            found["assistant"] = ()
        if found["user"]:
            more = (by_name[u] for u in _CONTEXT if by_name.get(u, "") not in {"", *taken})
            found["user"] += tuple(more)
        guessed = cls(**found)
        spoken = cls(**_named(_SPOKEN, by_name, set()))
        return spoken if guessed.problem and spoken.speaker and spoken.text else guessed

    @classmethod
    def parse(cls, text: str) -> Columns:
        """Read `user=Question+Context,assistant=Answer`. Raises ValueError."""
        found: dict[str, tuple[str, ...]] = {}
        for item in filter(None, text.split(",")):
            part, equals, names = item.partition("=")
            if not equals or part.strip() not in PARTS:
                raise ValueError(f"{item!r} is not one of {', '.join(PARTS)} = a column")
            found[part.strip()] = tuple(name.strip() for name in names.split("+") if name.strip())
        return cls(**found)

    @property
    def problem(self) -> str:
        """What is missing for examples to be made, or an empty text."""
        if self.is_spoken:
            missing = [p for p, of in self._needed_of_messages() if not of]
            means = {"conversation": "which rows belong together (* if all do)",
                     "speaker": "who says it", "text": "what is said"}  # fmt: skip
            return f"No column for {missing[0]} yet: {means[missing[0]]}." if missing else ""
        if not self.user:
            return "No column for user yet: the question."
        if self.assistant:
            return ""
        if self.chosen and self.rejected:
            return ""
        return "No column for assistant yet: the answer (or chosen and rejected)."

    @property
    def is_spoken(self) -> bool:
        """Whether each row is one message, of which several are a conversation."""
        return bool(self.speaker or self.text or self.conversation)

    def _needed_of_messages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (("speaker", self.speaker), ("text", self.text), ("conversation", self.conversation))

    def named(self) -> dict[Part, tuple[str, ...]]:
        """Return the parts that have columns."""
        return {part: getattr(self, part) for part in PARTS if getattr(self, part)}

    @property
    def used(self) -> frozenset[str]:
        """All columns that have a part."""
        return frozenset(name for names in self.named().values() for name in names)

    @property
    def words(self) -> str:
        """The columns as `parse` reads them."""
        return ",".join(f"{part}={'+'.join(names)}" for part, names in self.named().items())

    def read(self, row: Mapping[str, Any], notes: Notes) -> Object:
        """Make an example of a row. Raises Unfit."""
        cells = {part: self._cells(row, part, notes) for part in self.named()}
        messages: list[Object] = []
        if cells.get("system", "").strip():
            messages.append({"role": "system", "content": cells["system"]})
        problem = f"column {' and '.join(self.user)} is empty"
        messages.append({"role": "user", "content": asked(cells.get("user", ""), problem, notes)})
        lose_others(row, self.used, notes)
        remark_marks(messages, notes)
        if self.chosen and self.rejected:
            return {
                "input": {"messages": messages},
                "preferred_output": [_answer(cells["chosen"], self.chosen, notes)],
                "non_preferred_output": [_answer(cells["rejected"], self.rejected, notes)],
            }
        answer = _answer(cells.get("assistant", ""), self.assistant, notes)
        return {"messages": [*messages, answer]}

    def _cells(self, row: Mapping[str, Any], part: Part, notes: Notes) -> str:
        names: tuple[str, ...] = getattr(self, part)
        answers = part in {"assistant", "chosen", "rejected"}
        texts = []
        for number, name in enumerate(names):
            # The first column is what the part is made of; what is joined to it may be missing.
            value = _value(row, name, needed=number == 0 and part != "system")
            texts.append(cell(value, name, notes if answers else None))
        return _BETWEEN.join(text for text in texts if text.strip())


def _named(
    usual: Mapping[Part, tuple[str, ...]], by_name: Mapping[str, str], taken: set[str]
) -> dict[str, tuple[str, ...]]:
    """Return a column for each part that has one of its usual names, and no column twice."""
    found: dict[str, tuple[str, ...]] = {}
    for part, names in usual.items():
        free = (by_name[u] for u in names if by_name.get(u, "") not in {"", *taken})
        found[part] = tuple(islice(free, 1))
        taken.update(found[part])
    return found


def _usual(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("-", " ")


def paths_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns of rows in the order of their first appearance, paths for deeper ones."""
    found: dict[str, None] = {}
    for row in rows:
        _walk(row, "", found, 0)
    return tuple(found)


def _walk(row: Mapping[str, Any], before: str, found: dict[str, None], depth: int) -> None:
    for key, value in row.items():
        if isinstance(value, dict) and value and depth < _DEEP:
            _walk(value, f"{before}{key}.", found, depth + 1)
        else:
            found.setdefault(f"{before}{key}")


def value_at(row: Mapping[str, Any], name: str) -> object:
    """Return what a column holds in a row: a key's value, or that at the end of a path.

    Raises KeyError.
    """
    if name in row:
        return row[name]
    head, dot, rest = name.partition(".")
    while dot:
        if isinstance(row.get(head), dict):
            return value_at(row[head], rest)
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    raise KeyError(name)


def _value(row: Mapping[str, Any], name: str, *, needed: bool) -> object:
    try:
        return value_at(row, name)
    except KeyError:
        if needed:
            raise Unfit(f"no column {name}") from None
        return None


def cell(value: object, name: str, notes: Notes | None) -> str:
    """Return a cell as text. Of several answers the first is taken, and the others said."""
    if value is None:
        return ""
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        if notes is None:
            return "\n".join(value)
        if len(value) > 1:
            notes.lose(f"further answers in {name}", value[1:])
        return str(value[0])
    if isinstance(value, list) and any(isinstance(one, dict) and "role" in one for one in value):
        raise Unfit(f"column {name} holds messages, not a text")
    if isinstance(value, list) and value and all(map(_is_text_part, value)):
        return "\n".join(part["text"] for part in value)
    if isinstance(value, (dict, list)):
        return as_json(value)
    return str(value)


def _is_text_part(part: object) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("text"), str):
        return False
    return part.keys() <= {"type", "text", "annotations", "citations"}


def lose_others(
    row: Mapping[str, Any], used: frozenset[str], notes: Notes, before: str = ""
) -> None:
    """Remark on the columns of a row that have no part."""
    for key, value in row.items():
        path = f"{before}{key}"
        if path in used:
            continue
        if isinstance(value, dict) and any(name.startswith(f"{path}.") for name in used):
            lose_others(value, used, notes, f"{path}.")
        else:
            no_more({path: value}, (), notes, "column ")


def _answer(text: str, columns: tuple[str, ...], notes: Notes) -> Object:
    if not text.strip():
        raise Unfit(f"column {' and '.join(columns) or 'assistant'} is empty")
    if text.strip() in _EMPTY:
        notes.say(f"an answer that is only {text.strip()}, as tables write for an empty cell")
    return {"role": "assistant", "content": text}


def write_row(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write an example as cells: one question with its answer, or with a pair of answers."""
    if kind_of(row) == "preference":
        inner = row["input"] if isinstance(row.get("input"), dict) else {}
        made = _question(chat_of({"messages": inner.get("messages")}), notes)
        made["chosen"], made["rejected"] = pair_texts(row, notes)
        no_more(inner, {"messages"}, notes, "input.")
        outside_pair(row, notes)
        return made
    *before, last = chat_of(row)
    if role_of(last) != "assistant":
        raise Unfit("it does not end with an answer in words")
    made = _question(before, notes)
    no_more(last, {"role", "content", "weight"}, notes, "message key ")
    made["assistant"] = answer_text(last)
    no_more(row, example_keys(row), notes)
    return made


def _question(messages: Sequence[Mapping[str, Any]], notes: Notes) -> Object:
    made: Object = {"system": "", "user": ""}
    roles = [role_of(m) for m in messages]
    if roles not in (["user"], ["system", "user"], ["developer", "user"]):
        raise Unfit("more than one question, which a row of a table cannot hold")
    for role, message in zip(roles, messages, strict=True):
        key = "user" if role == "user" else "system"
        made[key] = plain_text(message.get("content"))
        no_more(message, {"role", "content"}, notes, "message key ")
    return made
