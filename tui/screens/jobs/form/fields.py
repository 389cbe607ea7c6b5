"""The fields of the form of a new job, by what the provider takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.catalog.training import AUTO

if TYPE_CHECKING:
    from tui.core.catalog.training import Terms
    from tui.services.jobs.drafts import Draft

WANDB = (
    ("wandb_project", "W&B project", "empty: not reported there"),
    ("wandb_name", "W&B run name", "or empty"),
    ("wandb_entity", "W&B entity", "or empty: your own"),
    ("wandb_tags", "W&B tags", "separated by commas"),
)


@dataclass(frozen=True, slots=True)
class JobField:
    """One field of the form: its name, its label, what may be typed."""

    name: str
    label: str
    hint: str


def first_lines() -> list[JobField]:
    """Return the fields above the method."""
    return [
        JobField("training", "Training file", f"{key_hint('job_form.choose', 'chooses')}"),
        JobField("validation", "Validation file", "or empty"),
        JobField("model", "Base model", f"{key_hint('job_form.choose', 'chooses')}"),
    ]


def common_lines(offered: Terms) -> list[JobField]:
    """Return the fields that are always there, below the method."""
    lines = [JobField("suffix", "Suffix", "in the model's name")]
    if "reinforcement" in offered.methods:
        lines.append(JobField("grader", "Grader", "a JSON file"))
    return lines + [JobField(p.id, p.label, p.hint) for p in offered.parameters if p.common]


def folded_lines(offered: Terms) -> list[JobField]:
    """Return the fields that are folded away until they are wanted."""
    lines = [JobField("seed", "Seed", "a whole number, or empty")] if offered.seed else []
    lines += [JobField(p.id, p.label, p.hint) for p in offered.parameters if not p.common]
    if offered.metadata:
        lines.append(JobField("metadata", "Metadata", 'such as team=a run="two words"'))
    if "wandb" in offered.integrations:
        lines += [JobField(*one) for one in WANDB]
    return lines


def shown(name: str, draft: Draft, offered: Terms) -> bool:
    """Whether a field means anything with what else is typed."""
    if name == "grader":
        return draft.method == "reinforcement"
    if name == "validation":  # what is typed is never hidden
        return draft.method not in offered.no_validation or bool(draft.validation.strip())
    if name.startswith("wandb_") and name != "wandb_project":
        return bool(draft.wandb_project.strip())
    parameter = offered.parameter(name)
    if parameter is None:
        return True
    needed = not parameter.needs or draft.value(parameter.needs, offered) is True
    return parameter.fits(draft.method) and needed


def fold_words(draft: Draft, offered: Terms) -> str:
    """Return what stands in the folded fields, or which they are."""
    lines = [line for line in folded_lines(offered) if shown(line.name, draft, offered)]
    values = draft.values(offered)
    typed = [
        f"{line.label} {values[line.name].strip()}"
        for line in lines
        if values[line.name].strip() not in {"", AUTO}
    ]
    labels = (line.label for line in lines if not line.name.startswith("wandb_"))
    also = ", W&B" if "wandb" in offered.integrations else ""
    return " · ".join(typed) or ", ".join(labels) + also


def origin_words(draft: Draft, offered: Terms) -> str:
    """Return where a draft is from and what differs from that; empty for one from nowhere."""
    if (moved := draft.moved) is not None:
        brief = f": {moved.brief}" if moved.brief else ""
        return f"Moved from {moved.model or moved.job} at {moved.profile}{brief}"
    return _change_words(draft, offered) if draft.origin else ""


def _change_words(draft: Draft, offered: Terms) -> str:
    """Return what differs from the job a draft was taken from."""
    changes = draft.changes(offered)
    if not changes:
        return f"Like {draft.origin}; nothing changed."
    values = draft.values(offered)
    lines = [*first_lines(), *common_lines(offered), *folded_lines(offered)]
    names = {line.name: line.label for line in lines} | {"method": "Method"}
    told = [
        f"{names.get(name, name)} {before.strip() or 'empty'} → {values[name].strip() or 'empty'}"
        for name, before in changes.items()
    ]
    return f"Like {draft.origin}, but: {'; '.join(told)}"
