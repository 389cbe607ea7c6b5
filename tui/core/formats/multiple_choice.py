"""Multiple choice: an answer given by its number or letter is written out.

{"question": "…", "choices": ["Sun", "Mars"], "answer": 1}                            MMLU
{"question": "…", "choices": {"text": ["Sun", "Mars"], "label": ["A", "B"]}, "answerKey": "B"}  ARC
{"question": "…", "options": {"A": "Sun", "B": "Mars"}, "answer": "B"}                MedQA

Learned as it stands, "1" is the answer to a question without choices. Here the choices follow
the question, lettered, and the answer is such as "B) Mars". Numbers count from 0, as those of
Hugging Face's class labels do; an answer that is already words stays as it is.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHOICES = ("choices", "options", "endings", "answer_choices")
_ANSWERS = ("answer", "answerKey", "answer_key", "answer_idx", "answer_index", "correct_answer",
            "correct_option", "correct", "cop", "label", "target", "gold")  # fmt: skip
_QUESTIONS = ("question", "query", "problem", "ctx", "prompt", "instruction", "input")


class NoSuchChoiceError(ValueError):
    """An answer that names none of the choices; the text says which."""


def written_out(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its choices behind the question and its answer in words.

    All others come back as they are. Raises NoSuchChoiceError.
    """
    key, choices = _choices(row)
    question = next((k for k in _QUESTIONS if isinstance(row.get(k), str) and row[k].strip()), "")
    answer = next((k for k in _ANSWERS if k in row and k != question), "")
    if not choices or not question or not answer:
        return row
    number = _number(row[answer], [*choices])
    if number is None:
        return row
    lettered = [
        f"{letter}) {text}" for letter, text in zip(ascii_uppercase, choices.values(), strict=False)
    ]
    text = row[question]
    if not all(choice in text for choice in choices.values()):  # they may stand there already
        text = "\n".join([f"{text.rstrip()}\n", *lettered])
    taken = {key, *(choices if key == "" else ())}
    made = {k: v for k, v in row.items() if k not in taken}
    return made | {question: text, answer: lettered[number]}


def _choices(row: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the key of the choices, and them by their labels; both empty where there are none.

    The key is "" too where each is a column of its own, by its letter.
    """
    for key in _CHOICES:
        if found := _by_label(row.get(key)):
            return key, found
    columns = {k: row[k] for k in ascii_uppercase if isinstance(row.get(k), str)}
    return "", columns if [*columns] == [*ascii_uppercase[: len(columns)]] else {}


def _by_label(value: object) -> dict[str, str]:
    if isinstance(value, dict) and value.keys() >= {"text", "label"}:
        texts, labels = value["text"], value["label"]
        both = isinstance(texts, list) and isinstance(labels, list) and len(texts) == len(labels)
        pairs = [*zip(labels, texts, strict=True)] if both else []
    elif isinstance(value, dict):
        pairs = [*value.items()]
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        pairs = [(one.get("label"), one.get("text")) for one in value]
    else:
        pairs = [*zip(ascii_uppercase, value, strict=False)] if isinstance(value, list) else []
    fit = all(isinstance(one, str) for pair in pairs for one in pair)
    size = 2 <= len(pairs) <= len(ascii_uppercase)
    return {str(label): str(text) for label, text in pairs} if fit and size else {}


def _number(answer: object, labels: list[str]) -> int | None:
    """Return which choice an answer names, from 0; None where it is words."""
    if isinstance(answer, bool) or not isinstance(answer, (int, str)):
        return None
    said = str(answer).strip().strip("().").casefold()
    known = [label.strip().casefold() for label in labels]
    if said in known:
        return known.index(said)
    if said in [letter.casefold() for letter in ascii_uppercase[: len(labels)]]:
        return ascii_uppercase.casefold().index(said)
    if not said.isdecimal():
        return None
    if int(said) >= len(labels):
        raise NoSuchChoiceError(f"the answer {said} is none of {len(labels)} choices, from 0 on")
    return int(said)
