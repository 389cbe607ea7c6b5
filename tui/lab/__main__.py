"""``python -m tui.lab``: the lab on its own."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tui.lab.folder import disk_words
from tui.lab.instance import AlreadyRunningError, Instance, acquire, api_key
from tui.lab.settings import Limits, Settings, default_data_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT = """\
The finetui lab serves at {base_url}
It speaks OpenAI's protocol: models, files, fine-tuning jobs, chat completions.
Its key lies in {key_path}

  from openai import OpenAI
  client = OpenAI(base_url="{base_url}",
                  api_key=open("{key_path}").read().strip())

It trains a small language model of its own, for trying the workflow: do not expect it
to know anything but what you teach it. Ctrl+C ends it; a job under way goes on at the
next start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the end. 0 for a clean end, 2 when it could not begin."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parser().parse_args(words)
    except _UsageError as error:
        return _complain(str(error), "See finetui lab --help.", as_json="--json" in words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    os.umask(0o077)
    settings = Settings(
        data_dir=(options.data_dir or default_data_dir()).expanduser().resolve(),
        port=options.port,
        idle_seconds=options.idle_minutes * 60,
        limits=Limits(active_jobs=options.max_active),
    )
    try:
        instance = acquire(settings.data_dir)
    except AlreadyRunningError as error:
        where = f" at {error.base_url}" if error.base_url else ""
        cause = f"a lab already runs on {settings.data_dir}{where}"
        return _complain(cause, "--data-dir names another folder.", as_json=options.json)
    except OSError as error:
        cause = f"cannot use the data folder {settings.data_dir}: {error.strerror or error}"
        return _complain(cause, "Make it writable, or name another.", as_json=options.json)
    try:
        return _serve(settings, instance, as_json=options.json)
    except KeyboardInterrupt:
        return 130
    finally:
        instance.release()


def _serve(settings: Settings, instance: Instance, *, as_json: bool) -> int:
    from tui.lab.composition import open_lab
    from tui.lab.serving import base_url, bind, serve

    try:
        sock = bind(settings.port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        cause = f"cannot listen on 127.0.0.1:{settings.port}: {reason}"
        return _complain(cause, "--port names another, 0 a free one.", as_json=as_json)
    with contextlib.closing(sock):
        try:
            key = api_key(settings.data_dir)
            lab = open_lab(settings, key)
        except (OSError, sqlite3.Error) as error:
            cause = f"cannot use the data folder {settings.data_dir}: {disk_words(error)}"
            return _complain(cause, "Check its files and the free space.", as_json=as_json)
        address = base_url(sock)

        def serving() -> None:
            instance.announce(address)
            _greet(address, key, settings.data_dir / "api_key", as_json=as_json)

        serve(lab, sock, serving)
    return 0


def _greet(address: str, key: str, key_path: Path, *, as_json: bool) -> None:
    if as_json:
        text = json.dumps({"base_url": address, "api_key": key}) + "\n"
    else:
        text = _TEXT.format(base_url=address, key_path=key_path)
    # Whoever started the lab may be gone already; that is no reason to end.
    with contextlib.suppress(OSError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _complain(cause: str, next_step: str, *, as_json: bool) -> int:
    sys.stderr.write(f"finetui lab: {cause.rstrip('.')}. {next_step}\n")
    if as_json:
        error = {
            "title": "The lab does not start",
            "cause": cause,
            "next_step": next_step,
            "request_id": None,
        }
        sys.stdout.write(json.dumps({"error": error}) + "\n")
    return 2


class _UsageError(Exception):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are lines like all others."""

    def error(self, message: str) -> NoReturn:
        raise _UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="finetui lab",
        description="Run the lab: a small provider on this machine that speaks OpenAI's protocol.",
    )
    parser.add_argument("serve", nargs="?", choices=["serve"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any)")
    parser.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="where files, models and jobs are kept"
    )
    parser.add_argument(
        "--json", action="store_true", help="print base_url and api_key as one line of JSON"
    )
    parser.add_argument(
        "--detach", action="store_true", help="start it, or find it, and leave it running"
    )
    parser.add_argument(
        "--idle-minutes",
        type=float,
        default=10.0,
        metavar="N",
        help="end after this long without a request or job; 0: never (default: 10)",
    )
    parser.add_argument(
        "--max-active",
        type=int,
        default=3,
        metavar="N",
        help="how many jobs may be active at a time (default: 3)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
