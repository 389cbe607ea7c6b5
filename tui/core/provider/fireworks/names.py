"""Resource names: accounts/ACCOUNT/COLLECTION/ID, and the short ids shown here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.provider.parsing import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PUBLIC = "fireworks"  # the account that base models belong to
MARK = "finetui-"  # begins the id of a job of ours; its nonce follows
LONGEST_ID = 63
_OTHER = re.compile(r"[^a-z0-9]+")


def resource(account: str, collection: str, identifier: str) -> str:
    """Return the name of something; one that is a whole name already stays as it is."""
    if identifier.startswith("accounts/"):
        return identifier
    return f"accounts/{account}/{collection}/{identifier}"


def short(name: str, account: str) -> str:
    """Return the id at the end of a name of one's own account, any other name whole."""
    head, _, tail = name.rpartition("/")
    return tail if head.startswith(f"accounts/{account}/") else name


def account_of(name: str) -> str:
    """Return the account in a resource name, empty where there is none."""
    parts = name.split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "accounts" else ""


def name_of(native: Mapping[str, Any]) -> str:
    """Return the name of an object, empty where it tells none."""
    return as_text(native.get("name")) or ""


def id_text(text: str, most: int) -> str:
    """Return a text as the beginning of an id: small letters, digits and dashes, a letter first."""
    made = _OTHER.sub("-", text.lower()).strip("-")
    made = made if made[:1].isalpha() else f"f-{made}"
    return made[:most].rstrip("-")


def dataset_id(filename: str, digest: str) -> str:
    """Return the id for a file of this content, the same each time: nothing is there twice."""
    stem = filename.rpartition(".")[0] or filename
    return f"{id_text(stem, LONGEST_ID - 17)}-{digest[:16]}"


def job_id(nonce: str) -> str:
    """Return the id of the job with a mark."""
    return f"{MARK}{nonce}"


def mark_in(identifier: str) -> str | None:
    """Return the mark in a job's id, None for a job of somebody else."""
    return identifier.removeprefix(MARK) if identifier.startswith(MARK) else None
