"""Text that means harm, a provider that says nothing else, and what a screen may show of it."""

from __future__ import annotations

import json
import random
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hypothesis import strategies as st

from tests.faults.server import FaultServer, page, problem, reply, stream
from tests.until import strips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.style import Style
    from textual.app import App
    from textual.strip import Strip

    from tests.faults.server import Seen

# Each of these does something where it is written raw, or parsed.
SEQUENCES = (
    "\x1b[2J", "\x1b[31m", "\x1b[?1049l", "\x1b[6n", "\x1b[1;1H", "\x1bc", "\x1b(0", "\x1b7\x1b8",
    "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\", "\x1b_Gf=100\x1b\\", "\x1b^pm\x1b\\", "\x1b[200~pasted\x1b[201~",
    "\x9b31m", "\x9d0;title\x9c", "\x90q\x9c", "\x84\x85\x8d\x8e", "\x9f\x98",
    "\u202eesrever\u202c", "\u2066iso\u2069", "\u200f\u200e\u061c", "\u202a\u202b\u202d",
    "\u200b\u2060\ufeff\u00ad", "\u180e\u2061\U000e0041\U000e007f", "\ufff9\ufffa\ufffb",
    "\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x1f", "\x00\x01\x08\x7f", "a\rb", "a\r\nb", "a\tb\t",
    "\x0e\x0f",
    "Z" + "\u0301\u0334\u0489" * 12, "\u0301\u0302", "\u20dd\u0488",
    "\ud800", "\udfff", "\ud83d", "\udc9b",
    "[@click=app.evil]click[/]", "[/foo]", "[bold", "[/]", "[link=http://evil.example]l[/link]",
    "[red on blue]x[/red on blue]", "[[x]]", "\\[x]", "[@click=\"app.evil\"]y", "$primary", "[b]z",
    "日本語テキスト", "Ａ１", "👩‍💻👨‍👩‍👧", "🇩🇪", "❤️", "ก็ั", "שלום עולם", "مرحبا بالعالم",
    "﷽", "\U0001f3fb", "\ue000\uf8ff", "\U0010ffff", "\u3164\u115f", "a\u034fb",
    "<script>x</script>", "`code`", "# head", "| a | b |", "```\n\x1b[2J\n```", "%s %n {0} {x!r}",
    "../../etc/passwd", "-rf", "$(id)", ";id", "'\"",
)  # fmt: skip
_WORDS = ("fern", "loss", "user", "the answer", "1", "x")

HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(SEQUENCES),
        st.characters(categories=("Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Mn", "Me")),
        st.characters(min_codepoint=0, max_codepoint=0x9F),
        st.characters(),
    ),
    min_size=1,
    max_size=8,
).map("".join)


class Speaker:
    """Gives one hostile text after the other, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.spoken = 0

    def text(self, parts: int = 3) -> str:
        """Return the next text, which ends in something that can be read."""
        self.spoken += 1
        taken = [self._chance.choice((*SEQUENCES, *_WORDS)) for _ in range(parts)]
        return f"{''.join(taken)}\u202e{self.spoken}"

    def texts(self, count: int) -> list[str]:
        """Return the next texts."""
        return [self.text() for _ in range(count)]


class HostileServer(FaultServer):
    """A provider that puts a hostile text wherever its protocol has a text."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        self.speaker = Speaker(seed)
        say = self.speaker.text
        for number in range(24):  # each model they name is asked for, again and again
            self.new_job(self._job(number))
        for job in self.jobs:
            self._follow(f"/fine_tuning/jobs/{job['id']}")
        models = [
            {"id": f"{'ft:' if n % 2 else ''}m{n}{say()}", "created": n, "owned_by": say()}
            for n in range(60)
        ]
        files = [
            {"id": f"file-{n}{say()}", "filename": f"{say()}.jsonl", "bytes": n, "created_at": n,
             "purpose": "fine-tune" if n % 3 else say(), "status": say(), "status_details": say()}
            for n in range(60)
        ]  # fmt: skip
        self.lists["/models"] = lambda query: page(models, query)
        self.lists["/files"] = lambda query: page(files, query)

    def new_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Keep a job whose id is hostile too."""
        job = super().new_job(asked)
        job["id"] += self.speaker.text(1).replace("/", "")
        return job

    def _job(self, number: int) -> dict[str, Any]:
        say = self.speaker.text
        states = ("running", "failed", "succeeded", "paused", say())
        return {
            "model": say(),
            "suffix": say(),
            "user_provided_suffix": say(),
            "created_at": 1_700_000_000 + number,
            "status": states[number % 5],
            "training_file": say(),
            "validation_file": say(),
            "fine_tuned_model": say() if number % 5 == 2 else None,
            "organization_id": say(),
            "hyperparameters": {"n_epochs": say(), "batch_size": say(), say(): say()},
            "method": {"type": say() if number % 2 else "supervised"},
            "metadata": {say(): say(), "k": say()},
            "error": {"code": say(), "message": say(6), "param": say()},
            "result_files": [say()],
            "integrations": [{"type": say(), "wandb": {"project": say()}}],
        }

    def _follow(self, path: str) -> None:
        say = self.speaker.text
        events = [
            {"id": f"e{n}{say()}", "created_at": n, "level": say() if n % 2 else "info",
             "message": say(5), "type": say() if n % 2 else "metrics",
             "data": {"step": n, "train_loss": 1 / (n + 1), say(): say()}}
            for n in range(12)
        ]  # fmt: skip
        points = [
            {"id": say(), "step_number": n, "fine_tuned_model_checkpoint": say(),
             "metrics": {"full_valid_loss": 1.0, say(): n}}
            for n in range(1, 4)
        ]  # fmt: skip
        self.lists[f"{path}/events"] = lambda query: page(events, query)
        self.lists[f"{path}/checkpoints"] = lambda query: page(points, query)

    def take(self, seen: Seen) -> Any:
        """Answer what has a text in its address as well, and chats in pieces."""
        seen.path = unquote(seen.path, errors="surrogatepass")
        found = super().take(seen)
        if found is not None or seen.path != "/chat/completions":
            return found
        answer = self.speaker.text(20)
        if not json.loads(seen.body).get("stream"):
            return reply(200, self.whole(answer))
        # One character at a time: no sequence comes whole.
        return stream(*map(_said, answer), self._call(), _said("", "stop"))

    def act(self, seen: Seen) -> Any:
        """Answer, and say nothing harmless where there is nothing."""
        done = super().act(seen)
        return (404, problem(self.speaker.text(5), self.speaker.text())) if done[0] == 404 else done

    def whole(self, answer: str) -> dict[str, Any]:
        """Return an answer that comes at once."""
        say = self.speaker.text
        message = {"role": say(), "content": answer, "refusal": say(), "reasoning_content": say()}
        choice = {"index": 0, "message": message, "finish_reason": say()}
        return {"id": say(), "model": say(), "system_fingerprint": say(), "choices": [choice]}

    def _call(self) -> bytes:
        say = self.speaker.text
        call = {"index": 0, "id": say(), "type": "function",
                "function": {"name": say(), "arguments": say()}}  # fmt: skip
        delta = {"tool_calls": [call], "reasoning_content": say(), "refusal": say()}
        return _sse(choices=[{"index": 0, "delta": delta}], model=say(), system_fingerprint=say())


def _sse(**chunk: Any) -> bytes:
    # With escapes: lone surrogates have no other way.
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _said(text: str, finish: str | None = None) -> bytes:
    return _sse(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


def hostile_dataset(path: Path, speaker: Speaker, count: int = 60) -> Path:
    """Write examples of every shape in which each text is hostile, and lines that are none."""
    say, lines = speaker.text, list[str]()
    for number in range(count):
        call = {"id": say(), "type": "function", "function": {"name": say(), "arguments": say()}}
        turns = [
            {"role": "system", "content": say(6)},
            {"role": "user", "content": say(8), "name": say()},
            {"role": "assistant", "content": say(8)},
            {"role": "assistant", "tool_calls": [call], "weight": 0},
            {"role": "tool", "tool_call_id": say(), "content": say()},
            {"role": say() if number % 2 else "assistant", "content": say()},
        ]
        side = [{"role": "assistant", "content": say()}]
        tool = {"type": "function", "function": {"name": say(), "description": say()}}
        shapes: tuple[Any, ...] = (
            {"messages": turns, "tools": [tool], say(): say()},
            {"input": {"messages": turns[:2]}, "preferred_output": side,
             "non_preferred_output": [{"role": "assistant", "content": say()}]},
            {"prompt": say(), "completion": say()},
            {"messages": turns[1:3]},
        )  # fmt: skip
        # Escaped, and as they are wherever UTF-8 can hold them.
        text = json.dumps(shapes[number % 4], ensure_ascii=number % 3 == 0)
        lines.append(text)
        if number % 10 == 9:
            lines.append("{" + say().replace("\n", " "))
    path.write_bytes(b"".join(_as_bytes(line) + b"\n" for line in lines))
    return path


def _as_bytes(line: str) -> bytes:
    escaped = (f"\\u{ord(c):04x}" if unicodedata.category(c) == "Cs" else c for c in line)
    return "".join(escaped).encode()


_FORBIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}  # ordinary writing needs them
_WIDENING = {"\u200d", "\ufe0f", "❤"}


def unsafe(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return the characters that a terminal may act on, or that hide or reorder others."""
    kept = {*_JOINERS, *allowed}
    return [c for c in text if c not in kept and unicodedata.category(c) in _FORBIDDEN]


_unsafe = lru_cache(5_000)(unsafe)  # most lines are those of the screen before


@lru_cache(5_000)
def _is_evil(style: Style) -> bool:
    return "evil" in str(style.meta.get("@click", "")) or "evil" in (style.link or "")


def faults_on(app: App[Any], strips: Sequence[Strip] | None = None) -> list[str]:
    """Return what is wrong with the screen as it is drawn now, or with these strips of it."""
    size, found = app.screen.size, list[str]()
    over = len(app.screen_stack) > 1
    for row, strip in enumerate(strips_of(app.screen) if strips is None else strips):
        if bad := _unsafe(strip.text):
            found.append(f"row {row}: {bad!r} in {strip.text!r}")
        # Where a dialog cuts through an emoji of several characters, Rich counts its halves again.
        cut = over and any(c in _WIDENING or c > "\U0001f000" for c in strip.text)
        if not cut and sum(segment.cell_length for segment in strip) != size.width:
            found.append(f"row {row} is not {size.width} wide: {strip.text!r}")
        for segment in strip:
            if segment.style and _is_evil(segment.style):
                found.append(f"row {row}: markup was parsed: {segment!r}")
    return found
