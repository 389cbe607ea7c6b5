"""Rules on numbers that stand for a person: cards, accounts, telephones, addresses, ids."""

from __future__ import annotations

from tui.core.checks.fast.byte_prefilter import shaped
from tui.core.checks.private_data import numbers
from tui.core.checks.private_data.secrets import pattern_rule

# ASCII digits only. Each pattern starts with a cheap lookahead, so most positions fail at once.
# `shaped` says how these patterns may look around, and what stands before them: the digits of
# each, without and with blanks.
_CARD = (
    r"(?=[0-9])(?:"
    r"(?<![\d.-])(?<!\d[ -])[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    r"(?![ -]?\d{4})(?![\d-])"
    r"|(?<![\d.-])(?:[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}|[2-6][0-9]{12,18})(?![\d-]|\.\d)"
    r"|(?<![\d.-])(?<!\d[ -])[2-6][0-9]{3}(?:[ -]?[0-9]){9,15}(?![ -]?\d|-|\.\d)"
    r")"
)
_IBAN = (
    r"(?=[A-Z])(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"
    r"(?![A-Za-z0-9])"
)
_PHONE = (
    r"(?=[0-9+(])(?<![\w+./-])(?:\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,4}\)?){2,5}"
    r"|\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}"
    r"|(?<!\d[ .-])[2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-][0-9]{4}(?![ .-]\d))(?![\w-])"
)
_ADDRESS = (
    r"(?=[0-9])(?<![\w.-])(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}"
    r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![\w-]|\.\d)"
)
_ID = (
    r"(?:"
    r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}"
    r"|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
    r"|[1-9][0-9]{10}"
    r"|[0-9]{8}-?[A-HJ-NP-TV-Z]"
    r"|[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"
    r"|[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"
    r")(?![\w-])"
)

pattern_rule(
    "personal-card",
    "warning",
    "Payment card number",
    # Thirteen digits at least: together, or with signs between after four to seven, or later.
    shaped(
        ("0" * 13, "-(?:(?<=0000-)0(?:-?0){5}|(?<=00000000-)0)"), ("0000(?:[ -]?0){9}",), _CARD, 24
    ),
    _CARD,
    near=numbers.card,
    extent=numbers.card_extent,
)
pattern_rule(
    "personal-iban",
    "warning",
    "Bank account number (IBAN)",
    shaped(("A00[A0]{8}",), ("A00 ?[A0]{4} ?[A0]{4}",), _IBAN, 43),
    _IBAN,
    numbers.iban,
)
pattern_rule(
    "personal-phone",
    "info",
    "Telephone number",
    shaped(
        (r"\+[0.-]{8}", "0000000000", "000-000", r"000\.000"),
        (r"\+0(?:[ .()-]{0,3}0){7}", r"000\)?[ .-]?000[ .-]0000"),
        _PHONE,
        40,
    ),
    _PHONE,
    near=numbers.telephone,
)
pattern_rule(
    "personal-address",
    "info",
    "IP address",
    shaped(
        (r"0\.0{1,3}\.0{1,3}\.0",),
        (r"0\.0{1,3}\.0{1,3}\.0",),
        _ADDRESS,
        15,
        numbers.may_be_public,
    ),
    _ADDRESS,
    near=numbers.public_address,
)
pattern_rule(
    "personal-id",
    "warning",
    "National id number",
    shaped(
        ("000-00-0000", "00000000", "A000000A", "A00A00A000A"),
        (
            "000-00-0000",
            "A ?00 ?00 ?00 ?A",
            "00000000(?:-?A|000)",
            "A00A00A000A",
            "0 ?00 ?00 ?00 ?000 ?000 ?00",
        ),
        # In a list of numbers a comma stands before each, in no text.
        rf"(?=[0-9A-Z])(?<![\w.+-]){_ID}",
        21,
    ),
    rf"(?=[0-9A-Z])(?<![\w.,+-]){_ID}",
    near=numbers.national_id,
)
