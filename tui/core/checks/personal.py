"""Rules on numbers that stand for a person: telephones, network addresses, national ids."""

from __future__ import annotations

import ipaddress
import re

from tui.core.checks.secrets import pattern_rule
from tui.core.checks.sieve import shaped

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def telephone(text: str) -> bool:
    """Tell whether `text` has as many digits as a number with its prefix (ITU-T E.164)."""
    digits = re.sub(r"\D", "", text)
    return (8 if text.startswith("+") else 10) <= len(digits) <= 15 and len({*digits}) > 2


def public_address(text: str) -> bool:
    """Tell whether an IPv4 address belongs to somebody; versions such as 1.2.3.4 pass as none."""
    return max(map(int, text.split("."))) > 9 and ipaddress.IPv4Address(text).is_global


def national_id(text: str) -> bool:
    """Tell whether `text` is an id of a person, by the check digits where there are any.

    Known are those of the United States (SSN), the United Kingdom (NINO), Türkiye, Spain (DNI),
    Italy (codice fiscale) and France (NIR).
    """
    plain = re.sub(r"[ -]", "", text)
    if len(plain) == 16:
        values = (
            _CODICE_ODD[c] if at % 2 == 0 else int(c, 36) - 10 * c.isalpha()
            for at, c in enumerate(plain[:15])
        )
        return sum(values) % 26 == ord(plain[15]) - ord("A")
    if len(plain) == 15:
        return 97 - int(plain[:13]) % 97 == int(plain[13:])
    if len(plain) == 11:
        digits = [int(c) for c in plain]
        tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
        return digits[9] == tenth and digits[10] == sum(digits[:10]) % 10
    if plain[:8].isdigit() and plain[-1].isalpha():
        return plain[-1] == _DNI_LETTERS[int(plain[:-1]) % 23]
    return True  # SSN and NINO have a form, but nothing to check it by


pattern_rule(
    "personal-phone",
    "info",
    "Telephone number",
    shaped(
        b"000",
        (r"\+[0.-]{8,}", r"000[.-]?000[.-]?0000"),
        r"[0-9+](?:(?<=\+)[0-9]|[0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{4})",
    ),
    r"(?<![\w+./-])(?:\+[1-9]\d{0,2}(?:[ .-]?\(?\d{1,4}\)?){2,5}"
    r"|(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})(?![\w-])",
    telephone,
)
pattern_rule(
    "personal-address",
    "info",
    "IP address",
    shaped(b"0.0", (r"0\.0{1,3}\.0{1,3}\.0",), r"[0-9](?:\.[0-9]{1,3}){3}"),
    r"(?<![\w.-])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}"
    r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\w-]|\.\d)",
    public_address,
)
pattern_rule(
    "personal-id",
    "warning",
    "National id number",
    shaped(
        b"00",
        # All begin with a digit, which is found far sooner than one of all capitals.
        (r"00(?:0-00-0000|0{6}|(?<=[A-Z]{6}00)[A-Z]00[A-Z]000[A-Z]|(?<=[A-Z]{2}00)0000[A-D])",),
        r"[0-9A-Z](?:[0-9]{2}-[0-9]{2}-[0-9]{4}|[0-9]{7}|[A-Z]{5}[0-9]{2}[A-Z]"
        r"|[A-Z] ?(?:[0-9]{2} ?){3}|(?<=[12]) ?[0-9]{2} ?[0-9]{2} ?[0-9]{2})",
    ),
    r"(?<![\w.,+-])(?:"
    r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"
    r"|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
    r"|[1-9]\d{10}"
    r"|\d{8}-?[A-HJ-NP-TV-Z]"
    r"|[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"
    r"|[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}"
    r")(?![\w-])",
    national_id,
)
