"""Somebody who presses keys and pulls at the window: the same ones for the same seed.

`python -m tests.player SECONDS [FIRST_SEED]` plays one seed after the other and prints what
ended the program, or was shown as unforeseen.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, page, said, stream
from tui import commands
from tui.app import FinetuiApp
from tui.screens.base import ModeScreen
from tui.services.errors import ServiceError
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.pilot import Pilot
    from textual.worker import Worker

MODES = "1234567"
KEYS = (
    *"abcdefghijklmnoprstuvwxyzABDEFMRSTUYZ/=[]?+-. 0123456789",
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "tab", "shift+tab", "backspace", "delete", "f1", "f3"),
    *("ctrl+s", "ctrl+z", "ctrl+y", "ctrl+p", "ctrl+j", "ctrl+a", "ctrl+k", "ctrl+u", "ctrl+w"),
)
# Keys that lead on are pressed more often than their number says.
LEADING = ("down", "enter", "escape", "enter", "down", "up", "right")
# What opens something over a mode, or another view of it: keys apart by blanks come after each
# other, and esc follows as often as something is open.
LAYERS = {
    "1": ("", "enter", "p", "p enter", "e", "E", "m", "M", "b", "b enter", "x", "i", "o", "slash",
          "t", "equals_sign", "equals_sign down enter", "f", "c", "v v", "f1", "ctrl+p", "f2"),
    "2": ("", "enter", "m", "c", "e", "p", "n", "v", "w", "x", "t", "a", "z", "f1"),
    "3": ("", "enter", "v", "v enter", "n", "n down down", "R", "x", "w", "Y", "p", "d", "space",
          "z l s a", "right right", "f1"),
    "4": ("", "m", "s", "t", "escape t", "i h i enter", "f1"),
    "5": ("", "enter", "d", "space d", "L", "o", "v v", "x", "P", "t", "h", "slash f1", "slash x",
          "f1"),
    "6": ("", "enter", "u", "d", "p", "x", "v down v", "n", "f1"),
}  # fmt: skip
TOGETHER = ("1", "23", "456")  # those that one app goes through
assert "".join(TOGETHER) == "".join(LAYERS)
NAMES = {key: mode for key, mode, _ in commands.MODES}
SMALLEST, USUAL, LARGEST = (10, 3), (130, 50), (300, 100)


class Busy:
    """A provider at which a job is always at work: every answer holds more than the one before."""

    def __init__(self) -> None:
        self.server = FaultServer()
        steps = itertools.count(3)
        for number, status in enumerate(("succeeded", "failed", "paused", "running")):
            job = {
                "model": "base-one",
                "suffix": f"suffix{number}",
                "created_at": 1_700_000_000 + number,
                "status": status,
                "training_file": f"file-{number}",
                "hyperparameters": {"n_epochs": 3, "batch_size": 1},
            }
            if status == "succeeded":
                job["fine_tuned_model"] = "ft:base-one:me:suffix0:abc"
            made = self.server.new_job(job)
            path = f"/fine_tuning/jobs/{made['id']}"

            def events(query: dict[str, str], n: int = number) -> Any:
                last = next(steps) if n == 3 else 40 + n
                return page([_step(f"e{n}-{step}", step) for step in range(last, 0, -1)], query)

            self.server.lists[f"{path}/events"] = events
            self.server.lists[f"{path}/checkpoints"] = lambda query: page(
                [{"id": f"c{n}", "step_number": n, "metrics": {"full_valid_loss": 2 / n}}
                 for n in (40, 20, 10)], query
            )  # fmt: skip
        names = ("base-one", "ft:base-one:me:suffix0:abc", "ft:base-one:me:old:xyz")
        models = [{"id": name, "created": 1_700_000_000, "owned_by": "me"} for name in names]
        self.server.lists["/models"] = lambda query: page(models, query)
        files = [
            {"id": f"file-{n}", "filename": f"train {n}.jsonl", "bytes": 10**n, "purpose":
             "fine-tune", "created_at": 1_700_000_000 + n, "status": "processed"}
            for n in range(9)
        ]  # fmt: skip
        self.server.lists["/files"] = lambda query: page(files, query)
        for _ in range(50):
            answer = stream(*(said(f"word {n} ") for n in range(30)), said("", "stop"))
            self.server.fault("POST /chat/completions", answer)


def _step(name: str, step: int) -> dict[str, Any]:
    data = {"step": step, "total_steps": 400, "train_loss": 2 / step}
    if step % 10 == 0:
        data["full_valid_loss"] = 1 + step / 100
    message = f"Step {step}/400: training loss={2 / step:.2f}"
    return {"id": name, "created_at": 1_700_000_000 + step, "level": "info", "message": message,
            "data": data}  # fmt: skip


def dataset(path: Path, chance: random.Random) -> Path:
    """Write a file with a bit of everything, or with nothing in it."""
    call = {"id": "a1", "type": "function", "function": {"name": "f", "arguments": '{"n": 1}'}}
    turns: list[list[dict[str, Any]]] = [
        [{"role": "user", "content": "short"}, {"role": "assistant", "content": "yes"}],
        [{"role": "user", "content": "w " * 600}, {"role": "assistant", "content": "日本語 " * 60}],
        [{"role": "user", "content": "a\u2028b\r\nc\x0b[/b]"}, {"role": "robot", "content": None}],
        [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]},
         {"role": "tool", "tool_call_id": "a1", "content": "1"}],
        [],
    ]  # fmt: skip
    side = [{"role": "assistant", "content": "Yes please."}]
    others = [
        {"input": {"messages": turns[0][:1]}, "preferred_output": side,
         "non_preferred_output": [{"role": "assistant", "content": "No, thanks a lot."}]},
        {"prompt": "a", "completion": "b"},
    ]  # fmt: skip
    rows = [json.dumps({"messages": one}) for one in turns] + [json.dumps(one) for one in others]
    rows += ["", "{", '{"messages": [}', "[1]"]
    count = chance.choice((0, 1, 3, 12, 200))
    path.write_text("".join(f"{chance.choice(rows)}\n" for _ in range(count)))
    return path


class Player:
    """Plays one seed against the program, and keeps what was pressed."""

    def __init__(self, seed: int, home: Path) -> None:
        self.chance, self.home = random.Random(seed), home
        self.done: list[str] = []
        self.unforeseen: list[str] = []

    async def resize(self, pilot: Pilot[Any], most: tuple[int, int] = LARGEST) -> None:
        """Give the terminal some size, the extremes more often than others."""
        size = tuple(
            self.chance.choice((low, self.chance.randint(low, min(usual, high)), high))
            for low, usual, high in zip(SMALLEST, USUAL, most, strict=True)
        )
        self.done.append(f"{size[0]}x{size[1]}")
        await pilot.resize_terminal(*size)
        self.look(pilot)

    async def press(self, pilot: Pilot[Any], key: str) -> None:
        """Press one key."""
        self.done.append(key)
        await pilot.press("space" if key == " " else key)
        self.look(pilot)

    def look(self, pilot: Pilot[Any]) -> None:
        """Note errors that nobody foresaw."""
        for screen in pilot.app.screen_stack:
            if isinstance(screen, ModeScreen):
                failure = screen.query_one(ErrorPanel).failure
                if failure is not None and "unforeseen" in failure.title:
                    self.unforeseen.append(f"{failure.cause} after {self.done[-8:]}")

    async def play(self, actions: int) -> None:
        """Press keys and resize until this much is done."""
        app = FinetuiApp(str(dataset(self.home / "data.jsonl", self.chance)))
        self.watch(app)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await self.press(pilot, self.chance.choice(MODES))
            for _ in range(actions):
                if self.chance.random() < 0.15:
                    await self.resize(pilot)
                else:
                    keys = MODES if self.chance.random() < 0.06 else (*KEYS, *LEADING * 3)
                    await self.press(pilot, self.chance.choice(keys))

    def watch(self, app: FinetuiApp) -> None:
        """Keep the traceback of every error of a worker that is not one of ours."""
        changed = type(app.workers).__dict__  # only to fail early should Textual change
        assert "add_worker" in changed
        add = app.workers.add_worker

        def adding(worker: Worker[Any], *given: Any, **more: Any) -> None:
            run = worker.run

            async def running() -> Any:
                try:
                    return await run()
                except (ServiceError, asyncio.CancelledError):
                    raise
                except Exception:
                    self.unforeseen.append(traceback.format_exc())
                    raise

            worker.run = running  # type: ignore[method-assign]
            add(worker, *given, **more)

        app.workers.add_worker = adding  # type: ignore[method-assign]


def main(seconds: float, first: int) -> None:
    """Play until the time is over."""
    until, seen = time.monotonic() + seconds, set[str]()
    busy = Busy()
    for seed in itertools.count(first):
        if time.monotonic() > until:
            break
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            os.environ |= write_config(home, busy.server.url, "timeout = 5")
            os.environ.pop("EDITOR", None)
            os.environ.pop("VISUAL", None)
            os.chdir(home)
            player = Player(seed, home)
            errors: Iterable[str] = player.unforeseen
            try:
                asyncio.run(player.play(120))
            except Exception:  # noqa: BLE001 - whatever ends the program is what is looked for
                errors = [*player.unforeseen, traceback.format_exc()]
            for error in errors:
                key = "\n".join(error.strip().split("\n")[-5:])
                if key not in seen:
                    seen.add(key)
                    print(f"=== seed {seed}, {player.done[-12:]}\n{error}", flush=True)
    print(f"seeds {first} to {seed}", flush=True)
    busy.server.close()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
