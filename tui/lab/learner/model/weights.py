"""A model: its base's name and its parameters, in memory and in a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from tui.lab.learner import tokenizer
from tui.lab.learner.model import checkpoint
from tui.lab.learner.model.sizes import Sizes
from tui.lab.learner.model.transformer import Parameters

if TYPE_CHECKING:
    from pathlib import Path

_KIND: Final = "finetui model"


class Model:
    """A language model that can be sampled from, trained further and saved."""

    def __init__(self, base_id: str, parameters: Parameters) -> None:
        self.base_id = base_id
        self.parameters = parameters

    def save(self, path: Path) -> None:
        """Write the model to `path` as one self-contained file, atomically. Raises OSError."""
        checkpoint.write(path, self.describe(), {"weights": self.parameters.flat})

    def describe(self, **more: Any) -> dict[str, Any]:
        """Return what a file says of this model, with `more` to tell."""
        return {
            "kind": _KIND,
            "base": self.base_id,
            "sizes": asdict(self.parameters.sizes),
            "tokenizer": tokenizer.shared().fingerprint,
            **more,
        }


def load_model(path: Path) -> Model:
    """Return the model that `Model.save` wrote.

    Raises FileNotFoundError, or ValueError for a file that is damaged, no model,
    or made with another tokenizer.
    """
    description, arrays = checkpoint.read(path, _KIND)
    if description.get("tokenizer") != tokenizer.shared().fingerprint:
        raise ValueError(f"{path.name} was made with another version of the lab's tokenizer")
    weights = checkpoint.floats(arrays, "weights", path)
    try:
        parameters = Parameters(Sizes(**description["sizes"]), weights)
        return Model(str(description["base"]), parameters)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
