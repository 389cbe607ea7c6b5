"""Requests to addresses that a provider names, such as signed uploads: without its key."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.core.provider.addresses import is_loopback, is_unencrypted
from tui.services.errors import InputError, Malformed
from tui.services.provider.client import BODY_TYPE, LEFT, http_client
from tui.services.provider.exception_errors import from_exception
from tui.services.provider.response_errors import RequestContext, from_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from tui.services.provider.requests import Call
    from tui.services.settings.profile import Profile


@asynccontextmanager
async def open_elsewhere(profile: Profile, call: Call) -> AsyncIterator[httpx2.Response]:
    """Make one request to the URL in `call.path` and give its answer unread.

    The client is new: no key, header or cookie of the profile is in it. Raises Malformed for an
    address that nothing can be sent to, otherwise what a request to the provider raises.
    """
    import httpx2

    parts = urlsplit(call.path)
    # What a signed address lets one do stands in its query: that is not told.
    shown = f"{parts.scheme}://{parts.hostname}"
    context = RequestContext(profile, call.doing, call.method, call.path, shown)
    _check_address(profile, call, shown)
    headers = {"Accept": "*/*"} | dict(call.headers or {})
    if body_type := headers.pop(BODY_TYPE, None):
        headers["Content-Type"] = body_type
    waited = call.timeout or profile.timeout
    sent: list[bool] = []

    LEFT.set(sent)
    try:
        client = await asyncio.to_thread(http_client, profile, call.path, waited)
    except Exception as error:  # libraries that are set up with what they refuse
        raise from_exception(error, context, waited, sent=False) from error
    async with client:
        try:
            request = client.build_request(
                call.method, call.path, headers=headers, content=call.content
            )
            response = await client.send(request, stream=True)
            refused = not response.is_success and response.status_code not in call.expects
            if refused:
                await response.aread()
        except Exception as error:  # whatever the libraries raise is told as an error of ours
            raise from_exception(error, context, waited, sent=bool(sent)) from error
        try:
            if refused:
                raise from_status(response, context)
            yield response
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise from_exception(error, context, waited) from error
        finally:
            await response.aclose()


def _check_address(profile: Profile, call: Call, shown: str) -> None:
    inwards = is_loopback(call.path) and not is_loopback(profile.base_url)
    if urlsplit(call.path).scheme not in {"http", "https"} or inwards:
        raise Malformed(
            f"Cannot {call.doing}",
            f"the provider names an address that nothing can be sent to: {shown!r}",
            "Try again; if it stays, check the profile's base_url.",
        )
    if is_unencrypted(call.path) and not profile.insecure:
        raise InputError(
            f"Cannot {call.doing}",
            f"the provider names {shown}, where the data could be read on the way",
            "Write insecure = true into the profile if the way is safe.",
        )
