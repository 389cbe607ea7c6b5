"""The one door to a provider: every request goes through here, every failure is named here."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.core.catalog.providers import ACCOUNT
from tui.core.text.masking import KEYS, learn
from tui.services.background import to_the_end
from tui.services.errors import (
    InputError,
    Malformed,
    ProfileClosed,
    ReadOnly,
    Refused,
    ServiceError,
    Unanswered,
    Unreachable,
)
from tui.services.provider.client import LEFT, make_client
from tui.services.provider.credentials import Credentials
from tui.services.provider.exception_errors import from_exception
from tui.services.provider.lab_process import LabProcess
from tui.services.provider.remote_lab import RemoteLab
from tui.services.provider.requests import Call, perform
from tui.services.provider.response_errors import (
    RequestContext,
    from_status,
    json_value,
    request_id,
    whole_body,
)
from tui.services.provider.status import Announcer, ProviderStatus
from tui.services.provider.writes import Write
from tui.services.settings.keys import shown_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    import httpx2
    from openai import AsyncOpenAI

    from tui.services.settings.locations import Locations
    from tui.services.settings.profile import Profile

__all__ = ["Provider", "ProviderStatus"]

log = logging.getLogger(__name__)

# A read that fails in passing is repeated after these many seconds; a write never is.
READ_AGAIN_S = (0.3, 1.0)
LONGEST_WAIT_S = 5.0
# An answer of this many bytes is decoded, and keys are looked for in it, off the loop.
LARGE_ANSWER = 100_000
# In which multiple of the time an answer may take to begin it must have ended.
WHOLE_ANSWER = 5
_KEY_REFUSED = 401


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer with its status and headers; `value` is None where it is not JSON."""

    status: int
    headers: Mapping[str, str]
    value: object


class Provider:
    """Talks to the provider of one profile; for lab it starts the process first."""

    def __init__(
        self, profile: Profile, locations: Locations, environ: Mapping[str, str] | None = None
    ) -> None:
        self.profile = profile
        self._status = Announcer()
        environ = os.environ if environ is None else environ
        self._lab: LabProcess | RemoteLab = (
            LabProcess(locations.lab, environ)
            if profile.ssh is None
            else RemoteLab(profile, environ)
        )
        self._credentials = Credentials(profile)
        self._client: AsyncOpenAI | None = None
        self._making = asyncio.Lock()
        self._closed = False
        self.on_their_way: list[Write] = []
        self.broken_off: dict[str, Write] = {}  # by path; cancelled before their answer

    @property
    def base_url(self) -> str:
        """The address in use, or that of the profile before the first request."""
        return str(self._client.base_url) if self._client else self.profile.base_url or "lab"

    @property
    def status(self) -> ProviderStatus:
        """Whether it answers, as far as is known."""
        return self._status.current

    def subscribe(self, listener: Callable[[ProviderStatus], None]) -> Callable[[], None]:
        """Call `listener` with every change of status; the returned function ends that."""
        return self._status.subscribe(listener)

    @property
    def key_state(self) -> str:
        """What is known of the key now, without saying it."""
        key = None if self.profile.starts else self._credentials.key
        return self.profile.key_state if key is None else shown_key(key)

    async def fetch_key(self) -> None:
        """Fetch a key that a command or the keyring has. Raises InputError when it cannot be."""
        await self._credentials.fetch()

    async def client(self) -> AsyncOpenAI:
        """Return the client, made at the first call. Raises LabFailed when lab cannot start."""
        async with self._making:
            if self._client is None:
                made = await self._make()
                if self._closed:  # meanwhile, and nobody would close this one
                    await made.close()
                    await self._lab.close()
                    raise _gone()
                self._client = made
            return self._client

    def check_writable(self, doing: str) -> None:
        """Raise ReadOnly when the profile allows no changes; `doing` completes "Cannot …".

        Raises InputError when it cannot be used at all.
        """
        self.profile.check_usable()
        if self.profile.read_only:
            raise ReadOnly(
                f"Cannot {doing}",
                f"profile {self.profile.name} is read-only",
                "Use another profile, or remove read_only from the configuration.",
            )

    async def get_json(
        self, path: str, query: Mapping[str, object] | None = None, *, doing: str
    ) -> object:
        """Read `path` and return the decoded JSON; passing failures are tried again, twice."""
        call = Call("GET", path, doing, query=query)
        for pause in READ_AGAIN_S:
            try:
                return await self.send(call)
            except Unanswered as error:
                if error.timed_out:  # the full patience is used up already
                    raise
            except ServiceError as error:
                if not error.passing or isinstance(error, Unreachable):
                    raise
                pause = max(pause, error.retry_after or 0)  # noqa: PLW2901 - the server's wish
                if pause > LONGEST_WAIT_S:
                    raise
            await asyncio.sleep(pause)
        return await self.send(call)

    async def post_json(
        self, path: str, body: Mapping[str, Any] | None = None, *, doing: str
    ) -> object:
        """Send `body`, or none at all, once and return the decoded answer."""
        return await self.send(Call("POST", path, doing, body=body))

    async def delete_json(self, path: str, *, doing: str) -> object:
        """Ask once for a deletion and return the decoded answer."""
        return await self.send(Call("DELETE", path, doing))

    async def send(self, call: Call) -> object:
        """Make one request, never repeated, and return the decoded JSON of the answer.

        Raises Refused, NotOffered, Unreachable, Unanswered, Malformed, LabFailed, ReadOnly.
        """
        with self.watched(self._write(call)):
            async with self.stream(call) as response:
                body, context = await self._body(response, call), self._context(call)
                if len(body) < LARGE_ANSWER:
                    return json_value(response, body, context)
                return await asyncio.to_thread(json_value, response, body, context)

    async def exchange(self, call: Call) -> RawAnswer:
        """Make one request like `send`; also tell the status and the headers of the answer.

        For answers that are no errors though their status is: `Call.expects`.
        """
        with self.watched(self._write(call)):
            async with self.stream(call) as response:
                body, context = await self._body(response, call), self._context(call)
                headers = {name.lower(): value for name, value in response.headers.items()}
                told = response.is_success and body.strip()
                try:
                    value = json_value(response, body, context) if body.strip() else None
                except Malformed:
                    if told:
                        raise
                    value = None  # what came beside a redirect is not meant for us
                return RawAnswer(response.status_code, headers, value)

    @asynccontextmanager
    async def elsewhere(self, call: Call) -> AsyncIterator[httpx2.Response]:
        """Make one request to another host, such as a signed address; `path` is its whole URL.

        No key, no header and no cookie of this profile goes there, and no redirect is followed.
        """
        from tui.services.provider.elsewhere import open_elsewhere

        if call.method != "GET":
            self.check_writable(call.doing)
        # While it is under way it is listed as an upload: a signed address would reveal too much.
        with self.watched(self._write(replace(call, path=self.profile.provider_entry.paths.files))):
            async with open_elsewhere(self.profile, call) as response:
                yield response

    @contextmanager
    def watched(self, write: Write) -> Iterator[None]:
        """Have a request that changes something in `on_their_way` until its outcome is known.

        One that is cancelled is in `broken_off` from then on: it may be carried out.
        """
        if not self._changes(write.method, write.path):
            yield
            return
        self.on_their_way.append(write)
        try:
            yield
        except asyncio.CancelledError:
            self.broken_off[write.path] = write
            raise
        finally:
            self.on_their_way.remove(write)

    async def read(self, call: Call) -> bytes:
        """Make one request and return the bytes of its answer, which must not be huge."""
        async with self.stream(call) as response:
            body = await self._body(response, call)
        if not KEYS.may_hold(body):
            return body
        return KEYS.mask(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[httpx2.Response]:
        """Make one request and give its answer unread; the connection ends with the block."""
        if self._changes(call.method, call.path):
            self.check_writable(call.doing)
        if ACCOUNT in call.path:
            self.profile.check_account()
        response = await self._opened(call)
        import httpx2  # only now: the client's making has imported it, in a thread

        # Whoever reads the answer may fail in a way of its own, as in writing to a full disk.
        broken = (httpx2.HTTPError, httpx2.StreamError, ssl.SSLError, ExceptionGroup)
        try:
            yield response
        except broken as error:
            made = from_exception(error, self._context(call), call.timeout or self.profile.timeout)
            made.request_id = made.request_id or request_id(response)
            raise made from error
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close the connections, all of them even if cancelled; it cannot be used afterwards."""
        self._closed = True
        await to_the_end(self._close())

    async def _close(self) -> None:
        await self._drop_client()
        await self._lab.close()

    async def _body(self, response: httpx2.Response, call: Call) -> bytes:
        # Each piece in time is not enough: a server may send one now and then for ever.
        longest = WHOLE_ANSWER * self.profile.timeout
        try:
            async with asyncio.timeout(longest):
                return await whole_body(response, self._context(call))
        except TimeoutError:
            cause = f"the answer did not come to its end within {longest:g} s"
            made = Unanswered(self._context(call).title, cause, "Try again.")
            made.timed_out = True
            raise made from None

    async def _opened(self, call: Call) -> httpx2.Response:
        """Make one request, with a line about it in the log: of reads only where all is logged."""
        level = logging.INFO if self._changes(call.method, call.path) else logging.DEBUG
        if level == logging.INFO:  # before it is sent: what is broken off is seen, too
            log.log(level, "%s %s at %s …", call.method, call.path, self.profile.name)
        began = time.monotonic()
        try:
            response = await self._open(call)
        except ServiceError as error:
            log.info("%s %s: %s", call.method, call.path, error.brief)
            raise
        took, code = time.monotonic() - began, response.status_code
        log.log(level, "%s %s: %d in %.2f s", call.method, call.path, code, took)
        return response

    async def _open(self, call: Call) -> httpx2.Response:
        client = await self.client()
        used = self._credentials.key
        try:
            response = await self._attempt(client, call)
        except Unreachable:
            if not self.profile.starts:
                self._status.set("failed")
                raise
            # An idle lab ends itself. Nothing was sent, so starting it and asking again is safe.
            await self._drop_client(client)
            return await self._attempt(await self.client(), call)
        except Unanswered:
            if self.profile.ssh is not None:  # a line was lost: the next request finds it again
                await self._drop_client(client)
            raise
        except Refused as error:
            if error.status != _KEY_REFUSED or not await self._credentials.renew(used):
                raise
            if call.content is not None:  # it is used up; nothing of it was taken
                error.next_step = "The key has been renewed: try again."
                raise
            return await self._attempt(client, call)
        if response.status_code == _KEY_REFUSED and await self._renewed(response, used):
            return await self._attempt(client, call)
        return response

    async def _renewed(self, response: httpx2.Response, used: str | None) -> bool:
        """Renew the key after an answer that refuses it; that is closed unless it still counts."""
        renewed = True
        try:
            renewed = await self._credentials.renew(used)
        finally:
            if renewed:
                await response.aclose()
        return renewed

    async def _attempt(self, client: AsyncOpenAI, call: Call) -> httpx2.Response:
        import openai  # the client's making has imported it already, in a thread

        context = self._context(call)
        left: list[bool] = []
        LEFT.set(left)
        try:
            response = await perform(client, call)
        except openai.APIStatusError as error:
            self._status.set("ready")
            if error.response.status_code in call.expects:
                return error.response
            raise from_status(error.response, context) from error
        # Beside their own exceptions the libraries raise many others: for a header that is not
        # ASCII, for a port, for a proxy.
        except Exception as error:  # none may end a worker that somebody waits for
            if self._closed and (not left or isinstance(error, RuntimeError)):
                # Closed while this request was on its way: what it asked for may have been done.
                gone = _gone()
                if left and self._changes(call.method, call.path):
                    look = "It may have been done: look before asking again."
                    raise Unanswered(context.title, gone.title, look) from error
                raise gone from error
            waited = call.timeout or self.profile.timeout
            raise from_exception(error, context, waited, sent=bool(left)) from error
        self._status.set("ready")
        return response

    async def _make(self) -> AsyncOpenAI:
        if self._closed:
            raise _gone()
        try:
            self.profile.check_usable()
        except InputError:
            self._status.set("failed")
            raise
        base_url = self.profile.base_url
        if self.profile.starts:
            self._status.set("starting")
            try:
                address = await self._lab.ensure()
            except ServiceError:
                self._status.set("failed")
                raise
            base_url, self._credentials.key = address.base_url, address.api_key
            learn(address.api_key)
        try:
            await self._credentials.fetch()
            keys = self._credentials
            return await asyncio.to_thread(make_client, self.profile, base_url or "", keys)
        except Exception as error:  # as above: libraries that are set up with what they refuse
            context = RequestContext(self.profile, "connect", "GET", "", base_url or "")
            made = from_exception(error, context, self.profile.timeout, sent=False)
            self._status.set("failed")
            raise made from error

    async def _drop_client(self, which: AsyncOpenAI | None = None) -> None:
        """Close the client. Of several requests that notice `which` is dead the first does it."""
        if which is not None and self._client is not which:
            return
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _write(self, call: Call) -> Write:
        return Write(
            call.doing, call.method, call.path, self.profile.provider_entry.paths, call.listed
        )

    def _changes(self, method: str, path: str) -> bool:
        return method != "GET" and path not in self.profile.provider_entry.paths.read_only_posts

    def _context(self, call: Call) -> RequestContext:
        return RequestContext(self.profile, call.doing, call.method, call.path, self.base_url)


def _gone() -> ProfileClosed:
    return ProfileClosed("The profile was closed", "its connections are gone", "Ask again.")
