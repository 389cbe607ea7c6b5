"""Read responses: the JSON of one, or the ServiceError that it stands for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC
from time import time
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_float, as_int, as_map, as_text
from tui.core.text.masking import KEYS, mask
from tui.services.errors import Malformed, NotOffered, Refused, ServiceError

if TYPE_CHECKING:
    import httpx2

    from tui.services.settings.profile import Profile

LONGEST_ANSWER = 64 * 1024**2  # bytes; a page of a thousand jobs has a hundredth of it
_GRPC_CODES = range(1, 17)
_STORED = re.compile(
    r"<Error>\s*<Code>([^<]+)</Code>(?:\s*<Message>([^<]*)</Message>)?", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TRAINING_CLOSED = (
    "This organisation cannot start training at OpenAI any more: self-serve fine-tuning is"
    " being wound down. Use another provider's profile, or lab; the uploaded file can be deleted."
)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What an error text tells of a request besides the answer: made of a `Call`, sent nowhere.

    It names the profile and its address, which a `Call` need not know. `doing` reads
    "list the jobs".
    """

    profile: Profile
    doing: str
    method: str
    path: str
    base_url: str

    @property
    def title(self) -> str:
        """Return the title of any error it ends in."""
        return f"Cannot {self.doing}"


async def whole_body(response: httpx2.Response, context: RequestContext) -> bytes:
    """Return the body of an answer that was opened unread. Raises Malformed for an endless one."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > LONGEST_ANSWER:
            raise Malformed(
                context.title,
                f"the answer goes on after {LONGEST_ANSWER // 1024**2} MB",
                f"Check the base_url of profile {context.profile.name}: {context.base_url}",
                request_id=request_id(response),
            )
    return b"".join(parts)


def json_value(response: httpx2.Response, body: bytes, context: RequestContext) -> object:
    """Return the decoded body, keys in it masked. Raises Malformed when it is not JSON."""
    try:
        value = json.loads(body)
        return KEYS.mask_json(value) if KEYS.may_hold(body) else value
    except (ValueError, RecursionError):  # the latter for brackets without end
        text = mask(body.decode("utf-8", "replace").strip())
        cause = f"the answer is not JSON: {text[:120]!r}" if text else "the answer is empty"
        if _is_html(response, text):
            cause = f"a web page came back instead of data{_page_title(text)}"
        raise Malformed(
            context.title,
            cause,
            f"Check the base_url of profile {context.profile.name}: {context.base_url}",
            request_id=request_id(response),
        ) from None


def from_status(response: httpx2.Response, context: RequestContext) -> ServiceError:
    """Return the error an answer outside 2xx stands for; its body has been read."""
    status = response.status_code
    if 300 <= status < 400:
        # In a query may stand what a signed address lets one do.
        to = response.headers.get("location", "nowhere").partition("?")[0]
        return Refused(
            context.title,
            f"the server redirects to {to}",
            "The key is not sent to another address. Correct the profile's base_url if it moved.",
            status=status,
        )
    error = _error_object(response)
    code, param = as_text(error.get("code")), as_text(error.get("param"))
    absent = _not_offered(
        status, context,
        structured=bool(code or param), coded=as_int(error.get("code")) in _GRPC_CODES,
    )  # fmt: skip
    kind = NotOffered if absent else Refused
    made = kind(
        context.title,
        _words(response) or f"the server answered {status} without saying why",
        _next_step(kind, status, code, context),
        request_id=request_id(response),
        status=status,
        code=code,
        param=param,
    )
    made.asks_to_wait(retry_after(response))
    if made.passing and code != "insufficient_quota" and (until := made.wait_words):
        made.next_step = f"The server asks to wait until {until}; then try again."
    return made


def words_in(body: object) -> str:
    """Return what a decoded answer says of an error, in whichever place; empty when nothing."""
    raw = as_map(body)
    error, detail = raw.get("error"), raw.get("detail")
    found = (
        as_text(as_map(error).get("message"))
        or as_text(error)
        or as_text(raw.get("message"))
        or as_text(detail)
    )
    if found or error or not detail:
        return found or ""
    return json.dumps(detail, ensure_ascii=False)[:300]


def request_id(response: httpx2.Response) -> str | None:
    """Return the id under which the provider logs the request."""
    found: str | None = response.headers.get("x-request-id")
    return found


def retry_after(response: httpx2.Response) -> float | None:
    """Return the wait in seconds the server asks for, or None."""
    if (millis := as_float(response.headers.get("retry-after-ms"))) is not None:
        return max(0.0, millis / 1000)
    header = response.headers.get("retry-after")
    if header is None or (seconds := as_float(header)) is not None:
        return None if header is None else max(0.0, seconds or 0.0)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(header)
        # "-0000" is GMT without a zone: without one Python would take the local zone.
        at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, at.timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return None


def _not_offered(
    status: int, context: RequestContext, *, structured: bool, coded: bool
) -> bool:  # fmt: skip
    if status in {405, 501}:
        return True
    if coded:  # whoever answers with a code of gRPC knows the list: something else is not there
        return False
    # A 404 on a single object is about that object only, and so is one that names a code unless
    # it answers the reading of a list: that is there, or not offered.
    collection = context.path in context.profile.provider_entry.paths.collections
    return status == 404 and collection and (context.method == "GET" or not structured)


def _next_step(kind: type[Refused], status: int, code: str | None, context: RequestContext) -> str:
    name = context.profile.name
    if kind is NotOffered:
        return f"Profile {name} ({context.base_url}) does not offer this."
    if code == "training_not_available":
        return _TRAINING_CLOSED
    if code == "insufficient_quota":
        return "Add credit at the provider, then try again."
    if code == "context_length_exceeded":
        return "Send less, as in a new chat, or ask a model with a longer context window."
    if status in {401, 403} and context.profile.key_state == "none":
        return f"Profile {name} sends no key: name one with api_key_env in the configuration."
    steps = {
        401: f"Check the key of profile {name}.",
        403: f"The key of profile {name} may not do this; ask the owner of the account.",
        404: "Check the id: it may be deleted, or belong to another profile.",
        413: "Split the file or make it smaller.",
        429: "Wait a little, then try again.",
    }
    return steps.get(status, "Try again later." if status >= 500 else "Correct it and try again.")


def _error_object(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = as_map(json.loads(response.content))
    except (ValueError, RecursionError):
        return {}
    return dict(as_map(body.get("error"))) or dict(body)


def _words(response: httpx2.Response) -> str:
    text = mask(response.text.strip())  # before it is cut: half a key is one too
    if found := _STORED.search(text[:10_000]):  # storages say so, at signed addresses
        return ": ".join(filter(None, found.groups()))[:300]
    if _is_html(response, text):
        return f"a web page came back{_page_title(text)} (HTTP {response.status_code})"
    try:
        # Decoded first: a key that is masked with its quotes around it leaves no JSON.
        return words_in(KEYS.mask_json(json.loads(response.content)))
    except (ValueError, RecursionError):
        return text[:300]


def _is_html(response: httpx2.Response, text: str) -> bool:
    return "html" in response.headers.get("content-type", "") or text[:1] == "<"


def _page_title(text: str) -> str:
    found = _TITLE.search(text[:10_000])
    return f" ({' '.join(found[1].split())[:80]})" if found else ""
