"""What can go wrong, as the user is told it.

ServiceError                 title, cause in the other side's words, next step
├── InputError               what was asked cannot be: a file, an option, the configuration
│   ├── Unfit                the data has errors: it is not sent
│   ├── ProfileClosed        another profile is in use by now: it is not sent
│   └── NotWritten           the result cannot be written: a full disk, a closed pipe, a folder
├── Refused                  the provider answered no
│   └── NotOffered           it has no such feature (404, 405, 501 on a collection)
├── Unreachable              the request never arrived
├── Unanswered               it may have arrived: the outcome is unknown
├── Malformed                an answer that makes no sense
├── LabFailed                the built-in provider did not start
├── ReadOnly                 the profile is marked read-only
├── LedgerError              the local ledger cannot be read or written
├── Unforeseen               a fault of ours, or of a library
└── NeedsConfirmation        it bills or destroys, and nobody said yes
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from tui.core.text.masking import mask, mask_signatures
from tui.core.text.moments import until_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ServiceError(Exception):
    """Something failed; it is shown whole and can be copied, and so holds no key.

    `exit_code` is what a headless command returns for it. `retry_after` is the wait in
    seconds the server asked for, if it did, and `retry_at` when that is over, in Unix seconds.
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self, title: str, cause: str, next_step: str = "", *, request_id: str | None = None
    ) -> None:
        self.title = mask(title)
        self.cause = mask_signatures(mask(cause))
        self.next_step = mask(next_step)
        self.request_id = request_id and mask(request_id)
        super().__init__(f"{self.title}: {self.cause}")
        self.retry_after: float | None = None
        self.retry_at: float | None = None

    def asks_to_wait(self, seconds: float | None) -> None:
        """Take note of the wait the server asks for, counted from now; None for none."""
        self.retry_after = seconds
        self.retry_at = None if seconds is None else time.time() + seconds

    @property
    def wait_words(self) -> str:
        """Until when the server asks to wait, by the clock; empty where it does not."""
        if not self.retry_after or self.retry_at is None:
            return ""
        return until_words(self.retry_at, time.time())

    @property
    def brief(self) -> str:
        """The cause and how long to wait, for a line without a next step."""
        return f"{self.cause} (wait until {until})" if (until := self.wait_words) else self.cause

    @property
    def passing(self) -> bool:
        """Whether asking again later may well succeed."""
        return False

    @property
    def outcome_unknown(self) -> bool:
        """Whether what was asked for may have been done: no answer, a broken one, a gateway's."""
        return False

    def to_json(self) -> dict[str, str | None]:
        """Return the error as headless commands print it."""
        return {
            "title": self.title,
            "cause": self.cause,
            "next_step": self.next_step,
            "request_id": self.request_id,
        }


class InputError(ServiceError):
    """A file, an option or the configuration cannot be used as it stands."""

    exit_code = 2


class Unfit(InputError):  # noqa: N818
    """The data has errors that a provider would refuse: nothing was sent."""

    exit_code = 1


class ProfileClosed(InputError):  # noqa: N818
    """The profile was closed before the request left, as when another one is used: not sent."""


class NotWritten(InputError):  # noqa: N818
    """The result cannot be written where it should go; what was asked is done but for that."""

    exit_code = 5


def disk_words(error: BaseException, path: Path | str = "") -> str:
    """Say what the system refused, with the file it is about: `path`, or what the error names."""
    named = (getattr(error, name, None) for name in ("filename", "filename2"))
    about = str(path) or " → ".join(str(one) for one in named if one)
    why = getattr(error, "strerror", None) or str(error)
    return f"{about}: {why}" if about else why


@contextmanager
def disk_errors(
    title: str, path: Path | str, next_step: str = "", kind: type[InputError] = InputError
) -> Iterator[None]:
    """Raise what the system says of a path as an error for people."""
    try:
        yield
    except OSError as error:
        raise kind(title, disk_words(error, path), next_step) from error


class Refused(ServiceError):  # noqa: N818 - these names are what the user reads about
    """The provider answered with an error; `status` is HTTP's, `code` and `param` its own."""

    def __init__(
        self,
        title: str,
        cause: str,
        next_step: str = "",
        *,
        request_id: str | None = None,
        status: int = 0,
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(title, cause, next_step, request_id=request_id)
        self.status = status
        self.code = code and mask(code)
        self.param = param and mask(param)

    @property
    def passing(self) -> bool:
        """Whether asking again later may well succeed."""
        return self.status in {408, 409, 429} or self.status >= 500

    @property
    def outcome_unknown(self) -> bool:
        """Whether it is a gateway that answered, and not who was asked."""
        return self.status >= 500 or self.status == 408


class NotOffered(Refused):
    """This provider does not have the feature at all."""


class Unreachable(ServiceError):  # noqa: N818
    """No connection: the request was certainly not carried out."""

    @property
    def passing(self) -> bool:
        """Whether asking again later may well succeed."""
        return True


class Unanswered(ServiceError):  # noqa: N818
    """Asked, and no answer came: the outcome is unknown.

    `timed_out` tells a wait that was used up from a connection that broke.
    """

    timed_out: bool = False

    @property
    def passing(self) -> bool:
        """Whether asking again later may well succeed; harmless only for reading."""
        return True

    @property
    def outcome_unknown(self) -> bool:
        """It is."""
        return True


class Malformed(ServiceError):  # noqa: N818
    """The answer is not what the protocol promises."""

    @property
    def outcome_unknown(self) -> bool:
        """It is: something was done, or a page in between has answered."""
        return True


class LabFailed(ServiceError):  # noqa: N818
    """The built-in provider did not start or does not answer."""


class ReadOnly(ServiceError):  # noqa: N818
    """The profile is read-only: nothing is created, changed or deleted with it."""


class LedgerError(ServiceError):
    """The local ledger cannot be opened, read or written."""


class Unforeseen(ServiceError):  # noqa: N818
    """An exception nobody expected: a fault of this program, or of a library it uses."""


def unforeseen(error: BaseException) -> ServiceError:
    """Return an exception as it is told; a ServiceError is told as it is."""
    if isinstance(error, ServiceError):
        return error
    cause = leaf_of(error)
    if isinstance(cause, OSError) and cause.filename:
        step = "Check that it is there and may be used, and that the disk has room."
        return InputError("A file cannot be used", disk_words(cause), step)
    return Unforeseen(
        "Something went wrong inside finetui",
        words_of(error),
        "FINETUI_DEBUG=1 shows where; please report it",
    )


def leaf_of(error: BaseException) -> BaseException:
    """Return the first exception within groups of exceptions."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def words_of(error: BaseException) -> str:
    """Return the type and the words of an exception, of the first within a group."""
    error = leaf_of(error)
    name, words = type(error).__name__, str(error).strip()
    return f"{name}: {words}" if words else name


class NeedsConfirmation(ServiceError):  # noqa: N818
    """It bills or destroys: it is done only after an explicit yes."""

    exit_code = 4
