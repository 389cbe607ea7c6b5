"""The whole circle with a provider, by the command line, and what stands in the way of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.home import Home
from tests.replay.base import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.base import Replay
    from tests.replay.fireworks import FireworksReplay
    from tests.replay.together import TogetherReplay


def profile(
    server: Replay | FireworksReplay | TogetherReplay, path: Path, kind: str = "", more: str = ""
) -> Home:
    """Write a profile for a replay server into a new home."""
    folder = path / "config"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(
        'default_profile = "far"\n[profiles.far]\n'
        f'kind = "{kind or server.kind}"\nbase_url = "{server.url}"\napi_key = "{KEY}"\n'
        f"{server.profile_lines}\n{more}\n"
    )
    config.chmod(0o600)
    return Home(path)


def dataset(path: Path, *, graded: bool = False, bom: bool = False, rows: int = 12) -> Path:
    """Write a small dataset that any of them takes."""
    made = []
    for n in range(rows):
        turns = [{"role": "user", "content": f"What is {n} and {n}, please? Explain it."}]
        row: dict[str, Any] = {"messages": turns}
        if graded:
            row["reference_answer"] = str(n + n)
        else:
            turns.append({"role": "assistant", "content": f"Together they are {n + n} apples."})
        made.append(json.dumps(row))
    text = "\n".join(made) + "\n"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    return path
