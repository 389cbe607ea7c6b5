"""Adds an example to the open dataset and then waits to be killed: `python -m tests.faults.adding`.

Arguments: the home, the dataset, the text of the answer. It prints a line once it is confirmed.
"""

from __future__ import annotations

import asyncio
import sys

from tui.core.dataset.from_answers import Origin, chat_example
from tui.services.workspace import Workspace


async def main(home: str, path: str, text: str) -> None:
    """Add, say so, wait."""
    workspace = await Workspace.open("lab", environ={"FINETUI_HOME": home})
    document = await workspace.datasets.open(path)
    said = [{"role": "user", "content": "q"}, {"role": "assistant", "content": text}]
    await workspace.adding.add(document.path, chat_example(said, [], Origin("chat", "1")))
    print("added", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
