"""``/v1/models``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.lab.composition import lab_of

if TYPE_CHECKING:
    from starlette.requests import Request


def list_models(request: Request) -> Response:
    """GET: all bases and fine-tuned models."""
    return JSONResponse({"object": "list", "data": lab_of(request).models.all()})


def retrieve_model(request: Request) -> Response:
    """GET: one model, also a checkpoint."""
    return JSONResponse(lab_of(request).models.show(request.path_params["model"]))


def delete_model(request: Request) -> Response:
    """DELETE: a fine-tuned model or checkpoint with its weights."""
    model = request.path_params["model"]
    lab_of(request).models.delete(model)
    return JSONResponse({"id": model, "object": "model", "deleted": True})


ROUTES: Final = [
    Route("/v1/models", list_models, methods=["GET"]),
    Route("/v1/models/{model:path}", retrieve_model, methods=["GET"]),
    Route("/v1/models/{model:path}", delete_model, methods=["DELETE"]),
]
