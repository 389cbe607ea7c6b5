"""The files on this machine that fine-tuned models were made and measured with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.services.store.store import Store

_KINDS = {"validation_file": "validation file", "training_file": "training file"}


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a model's job was given; `kind` says as which."""

    path: Path
    kind: str
    model: str


async def files_of_models(store: Store, profile: str, models: Sequence[str]) -> list[JobFile]:
    """Return the files of the models' jobs that are still here, validation files first.

    Known are jobs seen and files uploaded from here. Raises LedgerError.
    """
    jobs, _ = await store.seen_jobs.jobs(profile)
    paths = {one.file_id: one.path for one in await store.files.all(profile)}
    found: dict[Path, JobFile] = {}
    for key, kind in _KINDS.items():
        for model in models:
            for raw in (job.raw for job in jobs if _made_model(job.raw, model)):
                if path := paths.get(as_text(raw.get(key)) or ""):
                    found.setdefault(Path(path), JobFile(Path(path), kind, model))
    return await asyncio.to_thread(lambda: [one for one in found.values() if one.path.is_file()])


def _made_model(job: Mapping[str, Any], model: str) -> bool:
    """Whether a job made a model, or the model that it is a checkpoint of."""
    made = as_text(job.get("fine_tuned_model")) or ""
    return bool(made) and (model == made or model.startswith(f"{made}:ckpt-"))
