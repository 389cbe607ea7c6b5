"""Mailboxes as mail programs and Google's Takeout export them (mbox): each mail is a message.

A thread is a conversation, by the headers that say what a mail answers, else by its subject. Who
answers is for the user to say. Lines quoted of an earlier mail are kept apart from the words.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.utils import parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tui.core.formats.supported.thread_exports import plain_text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

# What stands between mails: From, who or -, and a date with its year.
_BETWEEN = re.compile(r"^From \S.*\d{4}.*$", re.MULTILINE)
_HEADER = re.compile(r"^[A-Za-z-]{2,40}: ", re.MULTILINE)
_ESCAPED = re.compile(r"^>(>*From )", re.MULTILINE)
_REPLY = re.compile(r"^(?:(?:re|aw|antw|sv|fwd?|wg|tr|rif|odp)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_WROTE = re.compile(r"^[^\n>]{0,200}(?:wrote|schrieb|écrit|escribió|scritto|escreveu).*:\s*$")


def is_mailbox(text: str) -> bool:
    """Whether a text begins as a mailbox does: a line of From, and headers behind it."""
    first, _, rest = text.lstrip("\ufeff\r\n").partition("\n")
    return _BETWEEN.match(first) is not None and _HEADER.match(rest) is not None


def mailbox_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mails as rows, each with its line (1-based); one without words has no speaker."""
    threads: dict[str, str] = {}
    for line, written in _mails(text.replace("\r\n", "\n")):
        # From bytes: of a text the library reads letters beyond ASCII wrongly.
        data = _ESCAPED.sub(r"\1", written).encode("utf-8", "surrogatepass")
        mail = message_from_bytes(data, policy=policy.default)
        yield line, _row(mail, threads)


def _mails(text: str) -> Iterator[tuple[int, str]]:
    starts = [
        found
        for found in _BETWEEN.finditer(text)
        if text[max(found.start() - 2, 0) : found.start()].strip("\ufeff") in {"", "\n", "\n\n"}
        and _HEADER.match(text, found.end() + 1)
    ]
    ends = [*(one.start() for one in starts), len(text)][1:]
    for found, end in zip(starts, ends, strict=True):
        yield text.count("\n", 0, found.start()) + 1, text[found.end() + 1 : end]


def _row(mail: EmailMessage, threads: dict[str, str]) -> dict[str, Any]:
    name, address = parseaddr(_header(mail, "From"))
    subject = _header(mail, "Subject")
    words, quoted = _words(mail)
    row: dict[str, Any] = {"conversation": _thread(mail, subject, threads)}
    if words and (name or address):
        row["speaker"] = name or address
    row["content"] = words
    if moment := _moment(mail):
        row["timestamp"] = moment
    extra = {"subject": subject, "quoted": quoted, "address": address if name else ""}
    attached = [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
    return (
        row | {k: v for k, v in extra.items() if v} | ({"attached": attached} if attached else {})
    )


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (ValueError, IndexError, AttributeError):  # a header too broken for the library
        return ""


def _thread(mail: EmailMessage, subject: str, threads: dict[str, str]) -> str:
    """Return the conversation of a mail: that of one it answers, else that of its subject."""
    own = _header(mail, "Message-ID")
    answered = f"{_header(mail, 'References')} {_header(mail, 'In-Reply-To')}".split()
    plain = _REPLY.sub("", subject).strip().casefold()
    found = next((threads[one] for one in answered if one in threads), "")
    if not found and _REPLY.match(subject):
        found = threads.get(f"subject {plain}", "")
    found = found or own or plain or f"mail {len(threads) + 1}"
    for key in (own, f"subject {plain}" if plain else ""):
        if key:
            threads[key] = found
    return found


def _moment(mail: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(mail, "Date")).isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _words(mail: EmailMessage) -> tuple[str, str]:
    """Return what a mail says, and what it quotes of an earlier one."""
    try:
        body = mail.get_body(("plain", "html"))
        text = "" if body is None else str(body.get_content())
        if body is not None and body.get_content_subtype() == "html":
            text = plain_text_of(text)
    except (LookupError, ValueError, AttributeError):  # an encoding that nobody knows
        text = str(mail.get_payload())
    lines = text.replace("\r\n", "\n").split("\n")
    quotes = {at for at, line in enumerate(lines) if line.startswith(">")}
    quotes |= {
        at for at, line in enumerate(lines)
        if _WROTE.match(line) and any(at + n in quotes for n in (1, 2))
    }  # fmt: skip
    said = "\n".join(line for at, line in enumerate(lines) if at not in quotes).strip()
    return said, "\n".join(lines[at] for at in sorted(quotes)).strip()
