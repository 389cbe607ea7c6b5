"""The rule on tokens that services mark as theirs: GitLab, Hugging Face, npm, and so on.

Each pattern is a mark and as many letters as the service gives its tokens at least, so that a
name that only begins alike is left alone.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

from tui.core.checks.fast.byte_prefilter import marked
from tui.core.checks.private_data.secrets import pattern_rule

# By mark what follows it, of marks that end in a sign.
_SIGNED = {
    "glpat-": r"[A-Za-z0-9_-]{20,}",  # GitLab
    "xai-": r"[A-Za-z0-9]{60,}",
    "pplx-": r"[A-Za-z0-9]{40,}",  # Perplexity
    "SG.": r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}",  # SendGrid
    "ya29.": r"[A-Za-z0-9_-]{24,}",  # Google, for an hour
    "hf_": r"[A-Za-z]{34,}",  # Hugging Face
    "npm_": r"[A-Za-z0-9]{36}",
    "dop_v1_": r"[a-f0-9]{64}",  # DigitalOcean
    "gsk_": r"[A-Za-z0-9]{40,}",  # Groq
    "r8_": r"[A-Za-z0-9]{37}",  # Replicate
    "fw_": r"[A-Za-z0-9]{22,}",  # Fireworks
    "shpat_": r"[a-fA-F0-9]{32}",  # Shopify
    "lin_api_": r"[A-Za-z0-9]{32,}",  # Linear
    "ntn_": r"[A-Za-z0-9]{40,}",  # Notion
    "figd_": r"[A-Za-z0-9_-]{36,}",  # Figma
    # HashiCorp Vault, also of batches and recovery; Doppler
    **{f"hv{kind}.": r"[A-Za-z0-9_-]{24,}" for kind in "sbr"},
    **{f"dp.{kind}.": r"[A-Za-z0-9]{40,}" for kind in ("pt", "st", "ct", "sa")},
}
# Of marks of letters, which are found at once.
_TOKENS = {
    "pypi-AgE": r"[A-Za-z0-9_-]{50,}",
    "ATATT3": r"[A-Za-z0-9_=-]{100,}",  # Atlassian
    "AGE-SECRET-KEY-1": r"[A-Z0-9]{58}",
}
# Those with a mark of which the prefilter keeps next to nothing: by what it keeps of the rest.
_LESS_MARKED = {
    "00000000": {
        "dapi": r"[a-f0-9]{32}(?:-[0-9]{1,2})?(?![A-Za-z0-9])",  # Databricks
    },
    # Twilio: a key, and an account
    "SK00000000": {"SK": r"[a-f0-9]{32}(?![A-Za-z0-9])"},
    "AC00000000": {"AC": r"[a-f0-9]{32}(?![A-Za-z0-9])"},
}
_BOT = r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"  # Telegram
_HOOK = r"(?<=/api/webhooks/)[0-9]{15,}/[A-Za-z0-9_-]{50,}"  # Discord
_PACKED = "LS0tLS1CRUdJTi"  # -----BEGIN, as configurations of clusters hold keys
_KINDS = {
    mark: rest
    for tokens in (_SIGNED, _TOKENS, *_LESS_MARKED.values())
    for mark, rest in tokens.items()
}
_OF_SERVICES = "|".join(f"{re.escape(mark)}{rest}" for mark, rest in _KINDS.items())
# What begins none of them is asked but that.
_BEGINS = "".join(sorted({mark[0] for mark in (*_KINDS, _PACKED)}))
_ANY = (
    rf"(?=[{_BEGINS}0-9])(?:(?<![A-Za-z0-9_])(?:{_OF_SERVICES})|{_BOT}|{_HOOK}"
    rf"|{_PACKED}[A-Za-z0-9+/]{{50,}}={{0,2}})"
)


def _is_token(text: str) -> bool:
    """Tell a token from a name in small letters, and a packed key from a certificate."""
    if text.startswith(_PACKED):
        try:
            return b"PRIVATE KEY" in b64decode(text[:64])
        except (Error, ValueError):
            return False
    if text.startswith(("hv", "dp")):  # what follows a full stop may be a name in code
        return any(map(str.isdigit, text)) and text != text.lower()
    return any(map(str.isdigit, text[4:])) or text != text.lower()


pattern_rule(
    "secret-service-token",
    "warning",
    "Token of a service",
    marked(
        *(mark.encode() for mark in _TOKENS),
        *(b":AA", b"/api/webhooks/", _PACKED.encode()),
        after={rare.encode(): [*map(str.encode, tokens)] for rare, tokens in _LESS_MARKED.items()},
        runs={
            sign: "|".join(
                f"(?<={re.escape(mark)}){rest}"
                for mark, rest in _SIGNED.items()
                if mark.endswith(sign)
            )
            for sign in "-_."
        },
    ),
    _ANY,
    _is_token,
)
