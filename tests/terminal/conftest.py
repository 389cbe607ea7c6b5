"""What reaches a terminal is what is drawn: each change, as it comes."""

import pytest


@pytest.fixture(autouse=True)
def draws(paints_at_once: None) -> None:
    """Have screens draw each change as it comes."""
