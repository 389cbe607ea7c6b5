"""Look at this machine: versions, terminal, folders, vocabularies, engines. Blocking."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from importlib import metadata, util
from typing import TYPE_CHECKING

from tui import __version__
from tui.core.catalog.models import ENCODINGS
from tui.core.text.text import plural, size_words
from tui.services.doctor.diagnosis import Diagnosis
from tui.services.settings.own_providers import NAME as OWN_PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tui.services.settings.locations import Locations

# Extras for users, and what they bring.
_BRINGS = {
    "tables": "Parquet, Arrow and XLSX",
    "fast": "faster counting of tokens",
    "keyring": "keys in the keyring of the system",
}
_REQUIREMENT = re.compile(r"([\w.-]+)[^;]*(?:;\s*extra\s*==\s*[\"'](\w+)[\"'])?")
LEAST_FREE = 500_000_000  # bytes; a ledger, a dataset's journal and a small job fit into that
_OTHERS_BITS = 0o077  # of a mode: what others than the owner may do


def look_at_machine(locations: Locations, environ: Mapping[str, str]) -> list[Diagnosis]:
    """Return all that is to be said of this machine. Raises nothing for what is broken."""
    return [
        *_versions(),
        *_terminal(environ),
        *_folders(locations),
        *_files(locations),
        *_vocabularies(),
        *_engines(),
    ]


def _versions() -> Iterator[Diagnosis]:
    system = f"{platform.system()} {platform.release()}"
    text = f"finetui {__version__}, Python {platform.python_version()}, {system}"
    yield Diagnosis("versions", "finetui", "ok", text, details={"version": __version__})
    needed, extras = _requirements()
    for name in needed:
        if (version := _version(name)) is None:
            step = "Install finetui again, into an environment of its own."
            yield Diagnosis("versions", name, "problem", "is not installed", step)
        else:
            yield Diagnosis("versions", name, "ok", version, details={"version": version})
    for extra, names in extras.items():
        missing = [name for name in names if _version(name) is None]
        if missing:
            step = f"pip install 'finetui[{extra}]' brings {_BRINGS[extra]}."
            yield Diagnosis("versions", extra, "note", f"without {', '.join(missing)}", step)
        else:
            told = ", ".join(f"{name} {_version(name)}" for name in names)
            yield Diagnosis("versions", extra, "ok", told)


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Return the packages that finetui needs, and those of each extra for users."""
    needed: list[str] = []
    extras: dict[str, list[str]] = {}
    try:
        required = metadata.requires("finetui") or []
    except metadata.PackageNotFoundError:  # run from its sources
        required = []
    for line in required:
        if (found := _REQUIREMENT.match(line)) is None:
            continue
        name, extra = found.groups()
        if extra is None:
            needed.append(name)
        elif extra in _BRINGS:
            extras.setdefault(extra, []).append(name)
    return needed, extras


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _terminal(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    term = environ.get("TERM", "")
    seen = sys.stdout is not None and sys.stdout.isatty()
    size = shutil.get_terminal_size()
    parts = [f"TERM={term or 'not set'}"]
    if seen:
        parts.append(f"{size.columns}×{size.lines}")
    parts += [
        f"{name}={value}" for name in ("COLORTERM", "NO_COLOR") if (value := environ.get(name))
    ]
    parts += [word for name, word in (("TMUX", "tmux"), ("SSH_CONNECTION", "over SSH"))
              if environ.get(name)]  # fmt: skip
    details = {"term": term, "columns": size.columns, "lines": size.lines, "is_terminal": seen}
    text = ", ".join(parts)
    if not seen:
        yield Diagnosis(
            "terminal", "screen", "note", f"{text}; the output is not a terminal", details=details
        )
    elif term in {"", "dumb"}:
        step = "Set TERM to what your terminal is, such as xterm-256color."
        yield Diagnosis("terminal", "screen", "problem", text, step, details)
    elif size.columns < 80 or size.lines < 24:
        step = "The app needs 80×24 to show everything."
        yield Diagnosis("terminal", "screen", "note", text, step, details)
    else:
        yield Diagnosis("terminal", "screen", "ok", text, details=details)
    encoding = (sys.stdout.encoding if sys.stdout else "") or "unknown"
    if encoding.lower().replace("-", "") == "utf8":
        yield Diagnosis("terminal", "encoding", "ok", encoding)
    else:
        step = "Set LANG to a UTF-8 locale, such as C.UTF-8."
        yield Diagnosis("terminal", "encoding", "note", encoding, step)


def _folders(locations: Locations) -> Iterator[Diagnosis]:
    for name in ("config", "data", "state", "cache", "lab"):
        path: Path = getattr(locations, name)
        there, exists = _nearest_existing(path), _exists(path)
        details = {"path": str(path), "exists": exists}
        if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
            step = "Make it writable, or set FINETUI_HOME to a folder that is."
            yield Diagnosis("folders", name, "problem", f"{path} cannot be written", step, details)
        elif exists and _open_to_others(path):
            step = f"chmod 700 {path}"
            text = f"{path} is open to other users"
            yield Diagnosis("folders", name, "note", text, step, details)
        else:
            text = str(path) if exists else f"{path} (made when needed)"
            yield Diagnosis("folders", name, "ok", text, details=details)
    yield _free_space(locations.data)


def _free_space(path: Path) -> Diagnosis:
    there = _nearest_existing(path)
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Diagnosis("folders", "space", "problem", f"{there}: {error.strerror or error}")
    text = f"{size_words(free)} free at {there}"
    if free < LEAST_FREE:
        return Diagnosis("folders", "space", "problem", text, "Free some disk space.")
    return Diagnosis("folders", "space", "ok", text, details={"free_bytes": free})


def _files(locations: Locations) -> Iterator[Diagnosis]:
    for path in (locations.config_file, locations.config / OWN_PROVIDERS, locations.ledger):
        if not _exists(path):
            continue
        details = {"path": str(path)}
        if not os.access(path, os.R_OK):
            step = f"chmod u+r {path}"
            yield Diagnosis(
                "folders", path.name, "problem", f"{path} cannot be read", step, details
            )
        elif path != locations.config / OWN_PROVIDERS and _open_to_others(path):
            text, step = f"{path} is open to other users", f"chmod 600 {path}"
            yield Diagnosis("folders", path.name, "note", text, step, details)
        else:
            yield Diagnosis("folders", path.name, "ok", str(path), details=details)


def _nearest_existing(path: Path) -> Path:
    """Return a path, or the first folder above it that is there."""
    return next((one for one in (path, *path.parents) if _exists(one)), path)


def _exists(path: Path) -> bool:
    """Whether a path is there; not, where the folder above it cannot be searched."""
    try:
        return path.exists()
    except OSError:  # Python 3.11 and 3.12 raise it
        return False


def _open_to_others(path: Path) -> bool:
    if os.name != "posix":
        return False
    try:
        return bool(path.stat().st_mode & _OTHERS_BITS)
    except OSError:
        return False


def _vocabularies() -> Iterator[Diagnosis]:
    for name in ENCODINGS:
        try:
            from tui.services.tokens.vocabularies import encoder

            count = encoder(name).count("finetui looks at itself")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was asked for
            step = "Install finetui again: its vocabularies are damaged or missing."
            said = f"{type(error).__name__}: {error}"
            yield Diagnosis("vocabularies", name, "problem", said, step)
        else:
            text = f"read, counts ({plural(count, 'token')} in its sample); nothing is downloaded"
            yield Diagnosis("vocabularies", name, "ok", text)


def _engines() -> Iterator[Diagnosis]:
    if util.find_spec("numpy") is None:
        step = "Install finetui again: lab cannot train."
        yield Diagnosis("engines", "lab", "problem", "numpy is missing", step)
    else:
        text = "the small model built in, in numpy: for trying the workflow"
        yield Diagnosis("engines", "lab", "ok", text)
