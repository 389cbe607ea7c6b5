"""A workspace that talks to a misbehaving provider."""

from tests.faults.conftest import workspace

__all__ = ["workspace"]
