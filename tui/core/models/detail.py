"""Everything known of one model, as lines of a name and a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.models.days import ends_words
from tui.core.text.moments import date_words
from tui.core.text.text import plural, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tui.core.models.entry import FileOfJob, ModelEntry, Usage


def detail_lines(entry: ModelEntry, today: date) -> list[tuple[str, str]]:
    """Return name and value of all that is known; what only a tuned model has, only of one."""
    lines = [
        ("id", entry.id),
        ("kind", entry.kind),
        ("state", entry.state_words),
        ("base", entry.base or "–"),
    ]
    if entry.own:
        lines.append(("suffix", entry.suffix or "–"))
    lines.append(("owner", entry.owner or "–"))
    lines.append(("created", date_words(entry.created)))
    if entry.deleted_at is not None:
        lines.append(("deleted", date_words(entry.deleted_at)))
    if not entry.deleted:
        lines.append(("until", _until(entry, today)))
    if entry.takes_jobs is not None:
        lines.append(("new jobs", entry.takes_jobs.line(today)))
    lines += _of_own(entry) if entry.own else ()
    if entry.usage.last_chatted is not None:
        lines.append(("chatted", f"last {date_words(entry.usage.last_chatted)}{_chats(entry)}"))
    if entry.usage.compared:
        lines.append(("compared", _compared(entry.usage)))
    if entry.serving:
        lines.append(("to ask it", entry.serving))
    return lines


def _of_own(entry: ModelEntry) -> Iterator[tuple[str, str]]:
    yield "job", entry.job or "not known"
    if entry.training_file is not None:
        yield "training", _file(entry.training_file)
    if entry.validation_file is not None:
        yield "validation", _file(entry.validation_file)
    if entry.trained_tokens is not None:
        yield "tokens", f"{entry.trained_tokens:,} trained"
    if entry.cost is not None and entry.cost.amount_words:
        yield "cost", entry.cost.amount_words
    if entry.bytes is not None:
        yield "size", size_words(entry.bytes)
    if entry.deployments:
        for one in entry.deployments:
            yield "deployed", f"{one.chat_name or one.id} ({one.state or 'state not known'})"
    if entry.checkpoints:
        for point in entry.checkpoints:
            yield "checkpoint", f"step {point.step}  {point.model or point.id}"


def _until(entry: ModelEntry, today: date) -> str:
    if entry.shutdown.ends_on is None:
        return entry.shutdown.words
    source = entry.shutdown.source_words
    read = f" ({source})" if entry.shutdown.source == "catalogue" and source else ""
    return f"{entry.shutdown.words}{read} · {ends_words(entry.shutdown, today)}"


def _file(file: FileOfJob) -> str:
    return f"{file.id} from {', '.join(file.paths)}" if file.paths else file.id


def _chats(entry: ModelEntry) -> str:
    return f", {plural(entry.usage.chats, 'saved chat')}" if entry.usage.chats else ""


def _compared(usage: Usage) -> str:
    runs = plural(usage.compared, "time")
    if not usage.decided:
        return f"{runs}; nothing was picked or judged"
    return f"{runs}; won {usage.won} of {usage.decided} picked or judged"
