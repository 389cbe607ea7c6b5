"""Requests to Fireworks: paths of an account, lists by page token, signed addresses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.core.provider.fireworks.names import resource
from tui.core.provider.parsing import as_map, as_text
from tui.services.errors import Malformed, Refused, ServiceError, Unanswered
from tui.services.provider.paging import MAX_PAGES, parse_page
from tui.services.provider.requests import Call, segment
from tui.services.provider.response_errors import LONGEST_ANSWER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.catalog.providers import ProviderEntry
    from tui.services.provider.provider import Provider

PAGE = 200  # the most it gives
WHOLE_ANSWER = 5  # times the time-out, for all of a file at a signed address


class Gateway:
    """One account at Fireworks. Methods raise as requests do, InputError without one."""

    def __init__(self, provider: Provider, entry: ProviderEntry) -> None:
        self.provider, self.entry = provider, entry
        self.abilities, self.name = entry.abilities, entry.name

    @property
    def account(self) -> str:
        """The account's id. Raises InputError where the profile names none."""
        profile = self.provider.profile
        profile.check_account()
        assert profile.account is not None  # the paths of Fireworks have it
        return profile.account

    def path(self, collection: str, identifier: str, action: str = "") -> str:
        """Return the path of one object, or of what is done to it (such as ":cancel").

        A whole resource name may stand for the id. Raises InputError for what is neither.
        """
        name = resource(self.account, collection, identifier)
        return f"/v1/{'/'.join(map(segment, name.split('/')))}{action}"

    def collection(self, collection: str, account: str = "") -> str:
        """Return the path of a list."""
        return f"/v1/{resource(account or self.account, collection, '').rstrip('/')}"

    async def get(self, path: str, doing: str) -> Mapping[str, Any]:
        """Read one object."""
        return as_map(await self.provider.get_json(path, doing=doing))

    async def find(self, path: str, doing: str) -> Mapping[str, Any] | None:
        """Read one object, None where it is not there."""
        try:
            return await self.get(path, doing)
        except Refused as error:
            if error.status != 404:
                raise
            return None

    async def rows(
        self, collection: str, doing: str, account: str = ""
    ) -> list[Mapping[str, Any]]:  # fmt: skip
        """Read a whole list. It ends where a page brings nothing new, whatever its token says."""
        found: dict[str, Mapping[str, Any]] = {}
        path, token = self.collection(collection, account), None
        for _ in range(MAX_PAGES):
            query = {"pageSize": PAGE, "pageToken": token}
            try:
                value = await self.provider.get_json(path, query, doing=doing)
            except Refused as error:
                raise self._with_account(error, account) from None
            before = len(found)
            for row in parse_page(value, collection).items:
                found.setdefault(as_text(row.get("name")) or repr(row), row)
            token = as_text(as_map(value).get("nextPageToken"))
            if not token or len(found) == before:
                break
        return list(found.values())

    async def read_signed(self, url: str, doing: str) -> str:
        """Read a text file at a signed address, which gets no key."""
        longest = WHOLE_ANSWER * self.provider.profile.timeout
        found = bytearray()
        try:
            async with (
                asyncio.timeout(longest),
                self.provider.elsewhere(Call("GET", url, doing)) as response,
            ):
                async for part in response.aiter_bytes():
                    found += part
                    if len(found) > LONGEST_ANSWER:
                        raise Malformed(f"Cannot {doing}", "the file does not end", "Try again.")
        except TimeoutError:
            cause = f"the file did not come to its end within {longest:g} s"
            raise Unanswered(f"Cannot {doing}", cause, "Try again.") from None
        return found.decode("utf-8", "replace")

    def _with_account(self, error: Refused, account: str) -> ServiceError:
        if not account and error.status in {403, 404}:
            own = self.account
            error.next_step = f"Check account = {own!r} in the profile, and whose key it sends."
        return error


def signed_urls(answer: Mapping[str, Any], doing: str) -> dict[str, str]:
    """Return the signed addresses of an answer by file name. Raises Malformed for none."""
    urls = as_map(answer.get("filenameToSignedUrls")).items()
    found = {name: url for name, url in urls if isinstance(url, str) and url}
    if not found:
        raise Malformed(f"Cannot {doing}", "the answer names no signed address", "Try again.")
    return found
