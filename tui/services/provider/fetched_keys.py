"""Fetch a key: from a command's output, or from the keyring of the system."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

from tui.core.text.masking import mask
from tui.core.text.text import one_line
from tui.services.errors import InputError
from tui.services.provider.child_process import run_command
from tui.services.settings.keys import read_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.settings.keys import KeySource

WITHIN_S = 30.0  # somebody may have to touch a token, or to allow it on the screen
_SHOWN = 300


async def fetch_key(source: KeySource, profile: str) -> str:
    """Return the key of a source that is asked when it is needed.

    Raises InputError saying what the command or the keyring said, without the key.
    """
    raw = await (_of_command if source.kind == "command" else _in_keyring)(source, profile)
    # As `pass` prints it: the key on the first line, remarks below it.
    first = raw.strip().split("\n", 1)[0]
    key = read_key(first)
    if not key.text:
        raise _failed(profile, f"{source.name} gives nothing", "Correct it, or the profile.")
    if key.problem:
        raise _failed(profile, f"what {source.name} gives is not a key: {key.problem}", "")
    return key.text


def _failed(profile: str, cause: str, next_step: str) -> InputError:
    step = next_step or f"Correct profile {profile}."
    return InputError(f"The key of profile {profile} cannot be fetched", cause, step)


async def _of_command(source: KeySource, profile: str) -> str:
    shell = isinstance(source.command, str)  # the user's own words, for a shell
    words = ["/bin/sh", "-c", str(source.command)] if shell else list(source.command)
    try:
        ended = await run_command(words, source.environ, WITHIN_S)
    except TimeoutError:
        cause = f"{source.name} did not end within {WITHIN_S:g} s"
        step = "It must not ask at the terminal: unlock what it reads first."
        raise _failed(profile, cause, step) from None
    except OSError as error:
        cause = f"{source.name} cannot be started: {error.strerror or error}"
        raise _failed(profile, cause, "") from error
    if ended.code:
        text = one_line(mask(ended.err.decode("utf-8", "replace").strip()), _SHOWN)
        # What it has printed may be part of a key, and is told by nobody.
        cause = f"{source.name} ended with {ended.code}" + (f": {text}" if text else "")
        raise _failed(profile, cause, "Run it in a shell to see what it needs.")
    return ended.out.decode("utf-8", "replace")


async def _in_keyring(source: KeySource, profile: str) -> str:
    found = await _off_the_loop(lambda: _keyring(profile).get_password(*source.entry), profile)
    if found is None:
        step = f"Store it: keyring set {' '.join(source.entry)}"
        raise _failed(profile, f"{source.name} is not there", step)
    return str(found)


async def store_key(source: KeySource, profile: str, key: str) -> None:
    """Keep a key in the keyring. Raises InputError when that cannot be."""
    await _off_the_loop(lambda: _keyring(profile).set_password(*source.entry, key), profile)


async def forget_key(source: KeySource, profile: str) -> None:
    """Take a key out of the keyring; one that is not there is no matter. Raises InputError."""

    def forget() -> None:
        keyring = _keyring(profile)
        if keyring.get_password(*source.entry) is not None:
            keyring.delete_password(*source.entry)

    await _off_the_loop(forget, profile)


def _keyring(profile: str) -> Any:
    """Return the package, imported only where a profile asks for it."""
    try:
        import keyring
    except ImportError as error:
        step = 'Install it: pip install "finetui[keyring]", or name another source of the key.'
        raise _failed(profile, "the keyring needs the package keyring", step) from error
    return keyring


async def _off_the_loop(call: Callable[[], object], profile: str) -> object:
    """Call in a thread that nobody waits for when the program ends: a dialog may hold it up."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[object] = loop.create_future()

    def settle(value: object, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(error)

    def run() -> None:
        value: object = None
        failed: BaseException | None = None
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - told below, whatever a keyring raises
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, failed)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(WITHIN_S):
            return await done
    except InputError:
        raise
    except TimeoutError:
        step = "Unlock it first, then try again."
        raise _failed(profile, f"the keyring did not answer within {WITHIN_S:g} s", step) from None
    except Exception as error:  # backends raise what they like
        text = one_line(f"{type(error).__name__}: {error}", _SHOWN)
        raise _failed(profile, f"the keyring cannot be used: {text}", "") from error
