"""``/health``: without a key, so that others can tell whose port this is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.lab.composition import lab_of
from tui.lab.instance import version

if TYPE_CHECKING:
    from starlette.requests import Request


def health(request: Request) -> Response:
    """GET: that this is a lab, and what it is doing."""
    lab = lab_of(request)
    return JSONResponse(
        {
            "service": "finetui-lab",
            "version": version(),
            "pid": os.getpid(),
            "active_jobs": lab.store.jobs.active_count(),
            "generating": lab.activity.generating,
        }
    )


ROUTES: Final = [Route("/health", health, methods=["GET"])]
