"""Where to look for what came of a request that was broken off."""

from __future__ import annotations

import pytest

from tui.core.catalog.providers import BUILT_IN, Paths
from tui.services.provider.writes import Write

FIREWORKS = BUILT_IN.find("fireworks", None).of_account("acme").paths
ROOT = "/v1/accounts/acme"


@pytest.mark.parametrize(
    ("paths", "path", "look"),
    [
        (Paths(), "/fine_tuning/jobs", "jobs unanswered"),
        (Paths(), "/fine_tuning/jobs/ftjob-1/cancel", "jobs show ftjob-1"),
        (Paths(), "/models/ft%3Aa", "models list --tuned"),
        (Paths(), "/files", "files list"),
        (FIREWORKS, f"{ROOT}/supervisedFineTuningJobs", "jobs unanswered"),
        (FIREWORKS, f"{ROOT}/dpoJobs", "jobs unanswered"),
        (FIREWORKS, f"{ROOT}/supervisedFineTuningJobs/a-1:cancel", "jobs show a-1"),
        (FIREWORKS, f"{ROOT}/datasets", "files list"),
        (FIREWORKS, f"{ROOT}/models/m", "models list --tuned"),
    ],
)
def test_the_command_that_tells_what_came_of_it(paths: Paths, path: str, look: str) -> None:
    assert Write("do it", "POST", path, paths).look() == f"finetui {look}"


def test_what_is_deployed_is_looked_for_among_that() -> None:
    write = Write("delete it", "DELETE", "https://arm.example/x", Paths(), "deployments")
    assert write.look("far") == "finetui deployments list --profile far"
