from tests.core.checks.examples import GOOD, says
from tui.core.fixes.gate import secret_words, secrets_in

KEY = "sk-proj-4f9AexampleNotARealKey0000"


def test_secrets_are_counted_by_kind_and_mail_addresses_are_none() -> None:
    rows = [GOOD, says(f"{KEY} {KEY}x"), says("4111 1111 1111 1111"), says("a@b.example"), b"{"]
    found = secrets_in(rows)
    assert found == {"secret-api-key": 2, "personal-card": 1}
    assert secret_words(found) == "2 × API key, 1 × Payment card number"
    assert not secrets_in([GOOD, says("a@b.example")])
