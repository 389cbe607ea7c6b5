"""All models that can be named: bases, fine-tuned models and checkpoints."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from tui.lab.http.errors import ApiError, no_model

if TYPE_CHECKING:
    from pathlib import Path

    from tui.lab.learner import BaseSpec, Model
    from tui.lab.store import Store, TunedModel

_LOADED: Final = 4


class Models:
    """Names to model objects and to weights; the last few used stay loaded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, Model] = OrderedDict()

    def all(self) -> list[dict[str, Any]]:
        """Return the ``model`` objects of the bases and of the fine-tuned models, newest first."""
        tuned = [self._tuned_object(model) for model in self._store.models.listed()]
        return [*(_base_object(spec) for spec in _bases().values()), *tuned]

    def show(self, model_id: str) -> dict[str, Any]:
        """Return the ``model`` object of a name. Raises a 404."""
        spec = _bases().get(model_id)
        return _base_object(spec) if spec else self._tuned_object(self._store.models.get(model_id))

    def root_of(self, model_id: str) -> str:
        """Return the base a model comes from, itself for a base. Raises a 404."""
        if model_id in _bases():
            return model_id
        return self._store.models.get(model_id).root_model

    def weights_of(self, model_id: str) -> Path | None:
        """Return the weights of a fine-tuned model; None for a base. Raises a 404."""
        return None if model_id in _bases() else self._store.models.get(model_id).path

    def load(self, model_id: str) -> Model:
        """Return a model ready to generate. Raises a 404."""
        from tui.lab.learner import load_base, load_model

        path = self.weights_of(model_id)
        with self._lock:
            model = self._loaded.get(model_id)
            if model is None:
                try:
                    model = load_base(model_id) if path is None else load_model(path)
                except FileNotFoundError:
                    raise no_model(model_id) from None
            self._loaded[model_id] = model
            self._loaded.move_to_end(model_id)
            while len(self._loaded) > _LOADED:
                self._loaded.popitem(last=False)
        return model

    def delete(self, model_id: str) -> None:
        """Delete a fine-tuned model or checkpoint. Raises a 403 for a base, or a 404."""
        if model_id in _bases():
            raise ApiError(
                403,
                f"The model '{model_id}' is a base model and cannot be deleted.",
                param="model",
                code="insufficient_permissions",
            )
        self._store.models.delete(model_id)
        with self._lock:
            self._loaded.pop(model_id, None)

    def _tuned_object(self, model: TunedModel) -> dict[str, Any]:
        spec = _bases().get(model.root_model)
        shutdown = spec.shutdown_date if spec else None
        return _object(model.id, model.created_at, "org-lab", shutdown)


def _bases() -> dict[str, BaseSpec]:
    from tui.lab.learner import BASES

    return dict(BASES)


def _base_object(spec: BaseSpec) -> dict[str, Any]:
    return _object(spec.id, spec.created, "lab", spec.shutdown_date)


def _object(name: str, created: int, owner: str, shutdown: str | None) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": owner,
        "shutdown_date": shutdown,
    }
