"""Make the client of a provider, so that its key and headers go nowhere else.

The client library is imported here, in a thread, at the first request.
"""

from __future__ import annotations

import os
import ssl
from contextvars import ContextVar
from typing import TYPE_CHECKING

from tui.core.provider.addresses import is_loopback
from tui.core.text.masking import mask
from tui.services.errors import InputError
from tui.services.settings.headers import HEADER_NAME, HEADER_VALUE, NO_PROXY, OWN_HEADERS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from openai import AsyncOpenAI

    from tui.services.provider.credentials import Credentials
    from tui.services.settings.profile import Profile

# Stands in for Content-Type on a body we stream ourselves: the library replaces the body of
# whatever it recognises as multipart. It never leaves this program.
BODY_TYPE = "X-Body-Type"
_STAND_IN = "none"  # the library wants a key; a profile without one sends no such header
# Whether the request of the current task has begun to leave this machine.
LEFT: ContextVar[list[bool] | None] = ContextVar("LEFT", default=None)
_AMBIENT = {"OPENAI_ORG_ID": "OpenAI-Organization", "OPENAI_PROJECT_ID": "OpenAI-Project"}


def make_client(profile: Profile, base_url: str, credentials: Credentials) -> AsyncOpenAI:
    """Return a client for `base_url` that sends the key there and nowhere else.

    Blocking: it imports the client library and reads the certificates of the system. Raises
    InputError for variables of the environment that no request can be made with.
    """
    import httpx2
    from openai import AsyncOpenAI

    headers = ambient_headers(profile) | dict(profile.headers)
    guard = _guard(httpx2.URL(base_url), credentials, headers)
    http = http_client(profile, base_url, profile.timeout, guard)
    client = AsyncOpenAI(
        api_key=_STAND_IN,
        base_url=base_url,
        timeout=http.timeout,
        max_retries=0,
        http_client=http,
    )
    # What the library has read from the environment is not its own to send: the hook adds what
    # is meant for this address.
    client.admin_api_key = client.organization = client.project = None
    client._custom_headers = {}  # noqa: SLF001 - it has no door to leave them out
    return client


def http_client(
    profile: Profile,
    url: str,
    timeout: float,
    guard: Callable[[httpx2.Request], Awaitable[None]] | None = None,
) -> httpx2.AsyncClient:
    """Return a client of the HTTP library for `url`, by way of the profile's proxy.

    Nothing of the profile's but its proxy and its certificates is in it. Blocking. Raises
    InputError for a proxy or certificates that cannot be used.
    """
    import httpx2

    from tui.services.provider.connections import Client
    from tui.services.provider.error_body import error_shortener

    own = profile.proxy if profile.proxy != NO_PROXY else None
    try:
        return Client(
            LEFT,
            timeout=httpx2.Timeout(timeout, connect=profile.connect_timeout),
            follow_redirects=False,  # a redirect would carry the key to another host
            # A proxy is one's own or the environment's: never that of another profile.
            trust_env=profile.proxy is None and not is_loopback(url),
            proxy=own,
            verify=_certificates(profile, url),
            event_hooks={
                "request": [guard] if guard is not None else [],
                "response": [error_shortener(profile.timeout)],
            },
        )
    except Exception as error:  # libraries complain of proxies and certificates each in its own way
        where = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR"
        if profile.ca_file is not None or own is not None:
            where = f"proxy and ca_file of profile {profile.name}"
        raise InputError(
            "The connection cannot be set up",
            f"{type(error).__name__}: {mask(str(error))}",
            f"Check {where}.",
        ) from error


def _certificates(profile: Profile, url: str) -> ssl.SSLContext | bool:
    """Return what servers are trusted by: the system, and the profile's own file.

    Reading those of the system takes 30 ms. A plain address of this machine, such as the lab's,
    needs none: what trusts nobody is made at once.
    """
    if profile.ca_file is None:
        plain = url.lower().startswith("http:") and is_loopback(url)
        # A proxy may be asked by https; that of the environment is not used for this machine.
        if plain and profile.proxy in {None, NO_PROXY}:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return True
    found = ssl.create_default_context()
    found.load_verify_locations(profile.ca_file)
    return found


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
        if colon and (name := name.strip()).lower() not in OWN_HEADERS:
            if not HEADER_NAME.fullmatch(name):
                raise _unsendable("OPENAI_CUSTOM_HEADERS", "a name that no header has")
            found[name] = _sendable("OPENAI_CUSTOM_HEADERS", value.strip())
    return found


def _sendable(variable: str, value: str) -> str:
    if not HEADER_VALUE.fullmatch(value):
        raise _unsendable(variable, "a character that no header can carry")
    return value


def _unsendable(variable: str, what: str) -> InputError:
    return InputError(
        "The connection cannot be set up",
        f"the variable {variable} holds {what}",
        "Correct the variable or unset it.",
    )


def _guard(
    own: httpx2.URL, credentials: Credentials, headers: dict[str, str]
) -> Callable[[httpx2.Request], Awaitable[None]]:
    """Return the hook that has the last word on what every request carries."""

    async def guard(request: httpx2.Request) -> None:
        url = request.url
        if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise RuntimeError(f"a request to {url.host} would carry the key of another")
        request.headers.pop("Authorization", None)
        request.headers.update(credentials.headers)
        if body_type := request.headers.pop(BODY_TYPE, None):
            request.headers["Content-Type"] = body_type
        request.headers.update(headers)

    return guard
