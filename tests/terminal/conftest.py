"""What tests of the terminal share."""

from tests.screens.conftest import app_home

__all__ = ["app_home"]
