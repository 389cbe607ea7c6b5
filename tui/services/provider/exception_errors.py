"""Map exceptions raised while a request is made, expected or not, to ServiceErrors."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from tui.core.provider.addresses import is_loopback
from tui.services.errors import (
    InputError,
    ServiceError,
    Unanswered,
    Unforeseen,
    Unreachable,
    leaf_of,
    words_of,
)
from tui.services.settings.environment import PROXIES

if TYPE_CHECKING:
    from tui.services.provider.response_errors import RequestContext

# What is raised while a request is put together: none of it has been sent.
_UNSENDABLE = (UnicodeError, OverflowError, ValueError, TypeError)


def from_exception(
    error: BaseException, context: RequestContext, waited: float, *, sent: bool = True
) -> ServiceError:
    """Return what any exception of a request is told as; a ServiceError stays what it is.

    Groups of exceptions stand for the first in them. `waited` is the time-out in seconds, `sent`
    whether the request may have reached the other side when it was raised.
    """
    import anyio
    import httpx2
    import openai

    error = leaf_of(error)
    if isinstance(error, openai.APIConnectionError) and error.__cause__ is not None:
        error = leaf_of(error.__cause__)
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, httpx2.HTTPError) or _broken_off(error, anyio.EndOfStream):
        return _from_transport(error, context, waited)
    if not sent and isinstance(error, OSError):
        return _unreachable(error, context)
    if not sent and isinstance(error, (*_UNSENDABLE, httpx2.InvalidURL)):
        return _unsendable(error, context)
    if context.method == "GET" or not sent:
        return Unforeseen(context.title, words_of(error), "Try again; if it stays, report it.")
    return Unanswered(context.title, words_of(error), _LOOK_FIRST)


_LOOK_FIRST = "It may have been done: look before asking again."


def _broken_off(error: BaseException, end: type[Exception]) -> bool:
    import anyio

    kinds = (end, anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError)
    return isinstance(error, (*kinds, ssl.SSLError))


def _from_transport(error: BaseException, context: RequestContext, waited: float) -> ServiceError:
    import httpx2

    if isinstance(error, httpx2.LocalProtocolError) and "header" in str(error).lower():
        return _unsendable(error, context)
    never_sent = (
        httpx2.ConnectError,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ProxyError,
        httpx2.UnsupportedProtocol,
        ssl.SSLCertVerificationError,
        ConnectionRefusedError,
    )
    if isinstance(error, never_sent):
        return _unreachable(error, context)
    reading = context.method == "GET"
    cause = f"the connection broke before the answer was complete ({_plain(error)})"
    if isinstance(error, httpx2.TimeoutException):
        cause = f"no answer within {waited:g} s"
    made = Unanswered(context.title, cause, "Try again." if reading else _LOOK_FIRST)
    made.timed_out = isinstance(error, httpx2.TimeoutException)
    return made


def _unreachable(error: BaseException, context: RequestContext) -> Unreachable:
    import httpx2

    said = str(error)
    next_step = "Check the address and the network, then try again."
    proxies = [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    if isinstance(error, httpx2.ProxyError) or (proxies and not is_loopback(context.base_url)):
        next_step = f"Check the proxy that is set by {' and '.join(proxies) or 'the system'}."
    elif "CERTIFICATE" in said.upper():
        next_step = "Its certificate is not trusted here; SSL_CERT_FILE names another list."
    return Unreachable(
        context.title, f"{context.base_url} cannot be reached ({_plain(error)})", next_step
    )


def _unsendable(error: BaseException, context: RequestContext) -> InputError:
    return InputError(
        context.title,
        f"the request cannot be made ({words_of(error)})",
        f"Check the base_url and the key of profile {context.profile.name}, the OPENAI_ variables"
        " and the proxy.",
    )


def _plain(error: BaseException) -> str:
    return str(error) or type(error).__name__
