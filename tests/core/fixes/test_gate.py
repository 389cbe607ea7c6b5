from tests.core.fixes.secrets_found import secrets_in
from tests.rows import GOOD, says

KEY = "sk-proj-4f9AexampleNotARealKey0000"


def test_secrets_are_counted_by_kind_and_mail_addresses_are_none() -> None:
    rows = [GOOD, says(f"{KEY} {KEY}x"), says("4111 1111 1111 1111"), says("a@b.example"), b"{"]
    found = secrets_in(rows)
    assert found == {"secret-api-key": 2, "personal-card": 1}
    assert not secrets_in([GOOD, says("a@b.example")])
