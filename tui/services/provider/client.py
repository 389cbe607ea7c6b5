"""Make the client of a provider, so that its key and headers go nowhere else.

The client library is imported here, in a thread, at the first request.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING

from tui.core.provider.addresses import is_loopback
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from openai import AsyncOpenAI

    from tui.services.settings.profiles import Profile

CONNECT_S = 5.0
_OWN_HEADERS = {"authorization", "accept", "content-type", "content-length", "host"}
# Stands in for Content-Type on a body we stream ourselves: the library replaces the body of
# whatever it recognises as multipart. It never leaves this program.
BODY_TYPE = "X-Body-Type"
_STAND_IN = "none"  # the library wants a key; a profile without one sends no such header
# Whether the request of the current task has begun to leave this machine.
LEFT: ContextVar[list[bool] | None] = ContextVar("LEFT", default=None)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_AMBIENT = {"OPENAI_ORG_ID": "OpenAI-Organization", "OPENAI_PROJECT_ID": "OpenAI-Project"}


def make_client(profile: Profile, base_url: str, api_key: str | None) -> AsyncOpenAI:
    """Return a client for `base_url` that sends `api_key` there and nowhere else.

    Blocking: it imports the client library and reads the certificates of the system. Raises
    InputError for variables of the environment that no request can be made with.
    """
    import httpx2
    from openai import AsyncOpenAI

    from tui.services.provider.error_body import error_shortener

    headers = ambient_headers(profile)
    keyed = profile.preset.auth.headers(api_key) if api_key else {}
    timeout = httpx2.Timeout(profile.timeout, connect=CONNECT_S)
    try:
        http = httpx2.AsyncClient(
            timeout=timeout,
            follow_redirects=False,  # a redirect would carry the key to another host
            trust_env=not is_loopback(base_url),
            event_hooks={
                "request": [_guard(httpx2.URL(base_url), keyed, headers)],
                "response": [error_shortener(profile.timeout)],
            },
        )
    # Each in its own way, libraries complain of proxies and certificates they cannot use.
    except Exception as error:
        raise InputError(
            "The connection cannot be set up",
            f"{type(error).__name__}: {error}",
            "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
        ) from error
    client = AsyncOpenAI(
        api_key=api_key or _STAND_IN,
        base_url=base_url,
        timeout=timeout,
        max_retries=0,
        http_client=http,
    )
    # What the library has read from the environment is not its own to send: the hook adds what
    # is meant for this address.
    client.admin_api_key = client.organization = client.project = None
    client._custom_headers = {}  # noqa: SLF001 - it has no door to leave them out
    return client


def ambient_headers(profile: Profile) -> dict[str, str]:
    """Return the headers which variables of the environment ask for at this profile's address.

    Raises InputError naming the variable that holds what no header can carry.
    """
    if not profile.ambient:
        return {}
    found = {}
    for variable, header in _AMBIENT.items():
        if value := os.environ.get(variable, "").strip():
            found[header] = _sendable(variable, value)
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines():
        name, colon, value = line.partition(":")
        if colon and (name := name.strip()).lower() not in _OWN_HEADERS:
            if not _HEADER_NAME.fullmatch(name):
                raise _unsendable("OPENAI_CUSTOM_HEADERS", "a name that no header has")
            found[name] = _sendable("OPENAI_CUSTOM_HEADERS", value.strip())
    return found


def _sendable(variable: str, value: str) -> str:
    if not _HEADER_VALUE.fullmatch(value):
        raise _unsendable(variable, "a character that no header can carry")
    return value


def _unsendable(variable: str, what: str) -> InputError:
    return InputError(
        "The connection cannot be set up",
        f"the variable {variable} holds {what}",
        "Correct the variable or unset it.",
    )


def _guard(
    own: httpx2.URL, keyed: dict[str, str], headers: dict[str, str]
) -> Callable[[httpx2.Request], Awaitable[None]]:
    """Return the hook that has the last word on what every request carries."""

    async def guard(request: httpx2.Request) -> None:
        url = request.url
        if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise RuntimeError(f"a request to {url.host} would carry the key of another")
        request.headers.pop("Authorization", None)
        request.headers.update(keyed)
        if body_type := request.headers.pop(BODY_TYPE, None):
            request.headers["Content-Type"] = body_type
        request.headers.update(headers)
        request.extensions["trace"] = _trace

    return guard


async def _trace(event: str, _: object) -> None:
    if event.endswith("send_request_headers.complete") and (left := LEFT.get()) is not None:
        left.append(True)
