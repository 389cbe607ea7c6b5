"""Write the probe a faster tokenizer must pass: `python -m tests.bench.probe`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.strings import RUNS, SCRIPTS, generated
from tui.core.catalog.models import ENCODINGS
from tui.services.tokens.vocabularies import encoder

WHERE = Path(__file__).parents[2] / "tui" / "data" / "vocab" / "probe.json"


def probe() -> dict[str, list[Any]]:
    """Return texts and, by encoding, the ids tiktoken gives for each."""
    texts: list[str] = [*SCRIPTS, *(run * 70 for run in RUNS), *generated(250, seed=7), ""]
    return {"texts": [*texts]} | {
        name: [encoder(name).encode(text) for text in texts] for name in ENCODINGS
    }


if __name__ == "__main__":
    WHERE.write_text(json.dumps(probe(), ensure_ascii=True, separators=(",", ":")) + "\n")
