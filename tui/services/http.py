"""Making the client of a provider, such that its key and headers go nowhere else.

The client library is imported here, in a thread, at the first request.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from openai import AsyncOpenAI

    from tui.services.profiles import Profile

CONNECT_S = 5.0
_OWN_HEADERS = {"authorization", "accept", "content-type", "content-length", "host"}
# Stands in for Content-Type on a body we stream ourselves: the library replaces the body of
# whatever it recognises as multipart. It never leaves this program.
BODY_TYPE = "X-Body-Type"
_NO_KEY = "no-key"  # the library wants one; servers that need none ignore it


def make_client(profile: Profile, base_url: str, api_key: str | None) -> AsyncOpenAI:
    """Return a client for `base_url` that sends `api_key` there and nowhere else.

    Blocking: it imports the client library and reads the certificates of the system.
    """
    import httpx2
    from openai import AsyncOpenAI

    key = api_key or _NO_KEY
    timeout = httpx2.Timeout(profile.timeout, connect=CONNECT_S)
    local = urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}
    http = httpx2.AsyncClient(
        timeout=timeout,
        follow_redirects=False,  # a redirect would carry the key to another host
        trust_env=not local,
        event_hooks={"request": [_guard(profile, base_url, key)]},
    )
    client = AsyncOpenAI(
        api_key=key, base_url=base_url, timeout=timeout, max_retries=0, http_client=http
    )
    client.admin_api_key = None  # read from the environment: never ours to send
    if profile.kind != "openai":
        client.organization = None
        client.project = None
    return client


def _guard(
    profile: Profile, base_url: str, key: str
) -> Callable[[httpx2.Request], Awaitable[None]]:
    """Return the hook that has the last word on what every request carries."""
    own = urlsplit(base_url)

    async def guard(request: httpx2.Request) -> None:
        if request.url.host != own.hostname:
            raise RuntimeError(f"a request to {request.url.host} would carry the key of another")
        request.headers["Authorization"] = f"Bearer {key}"
        if body_type := request.headers.pop(BODY_TYPE, None):
            request.headers["Content-Type"] = body_type
        if profile.kind != "openai":
            for name in _environment_headers():
                request.headers.pop(name, None)

    return guard


def _environment_headers() -> set[str]:
    """Return the names, in lower case, of the headers the library takes from the environment."""
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    named = {line.partition(":")[0].strip().lower() for line in lines if ":" in line}
    return (named | {"openai-organization", "openai-project"}) - _OWN_HEADERS
