"""What runs and costs, by the command line, at every provider that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import html, reply
from tests.home import Home
from tests.replay.azure import AzureReplay, Management
from tests.replay.base import KEY
from tests.replay.circle import profile
from tests.replay.fireworks import ACCOUNT, FireworksReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.together import PROJECT, TogetherReplay
from tests.served import served

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "tok-of-the-management-8c7d6e5f"
TUNED = "gpt-4.1-mini-2025-04-14.ft-0123abcd"


class Servers:
    """One replay server of each provider that tells what runs, made when it is asked for."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def of(self, kind: type[Any], *arguments: str) -> Any:
        return self.made.setdefault(kind.__name__, None) or self._make(kind, *arguments)

    def _make(self, kind: type[Any], *arguments: str) -> Any:
        self.made[kind.__name__] = kind(*arguments)
        return self.made[kind.__name__]

    def close(self) -> None:
        for one in filter(None, self.made.values()):
            one.close()


servers = served(Servers)


def managed(servers: Servers, path: Path, more: str = "") -> tuple[Home, Management]:
    """Return a home whose profile is Azure's, and where its deployments are managed."""
    arm = servers.of(Management, TOKEN)
    own = f'management_url = "{arm.address}"\nmanagement_command = "echo {TOKEN}"\n{more}'
    return profile(servers.of(AzureReplay), path, more=own), arm


def rows(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in told["deployments"]}


def test_azure_prices_a_tuned_model_by_its_tier_and_a_base_by_tokens(
    servers: Servers, tmp_path: Path
) -> None:
    home, arm = managed(servers, tmp_path)
    arm.deploy("pirate", TUNED)
    arm.deploy("base", "gpt-4.1-mini-2025-04-14", tier="GlobalStandard")
    arm.deploy("trial", TUNED, tier="DeveloperTier")
    arm.deploy("failed", TUNED, "Failed")
    arm.deploy("leaving", TUNED, "Deleting")
    told = home.json("deployments", "list")
    found = rows(told)
    pirate = found["pirate"]
    assert (pirate["running"], pirate["usd_per_hour"]) == (True, "1.70")
    assert pirate["price_about"] is True
    assert (pirate["price_as_of"], pirate["so_far_at_most"]) == ("2026-11-28", False)
    assert "15 idle days" in pirate["note"]
    assert float(pirate["usd_so_far"]) >= 0
    assert (found["base"]["billed"], found["base"]["usd_per_hour"]) == ("tokens", "0.00")
    assert (found["trial"]["usd_per_hour"], found["trial"]["usd_so_far"]) == (None, None)
    assert "24 h" in found["trial"]["note"]
    assert found["failed"]["running"] is False
    assert (found["pirate"]["acts"], found["leaving"]["acts"]) == (["delete"], [])
    assert told["total"] == {"running": 2, "usd_per_hour": "1.70", "unknown": 1}
    text = home.run("deployments", "list").stdout
    assert "2 running · $1.70/h + unknown" in text
    assert "~$1.70/h" in text
    assert "by tokens" in text


def test_together_tells_its_prices_and_one_that_is_stopped_costs_nothing(
    servers: Servers, tmp_path: Path
) -> None:
    far = servers.of(TogetherReplay)
    home = profile(far, tmp_path)
    far.deploy("acme/a", "acme/one")
    far.deploy("acme/b", "acme/two", "STOPPED")
    told = home.json("deployments", "list")
    first, second = told["deployments"]
    assert (first["name"], first["usd_per_hour"], first["on"]) == (
        "acme/one/first", "3.40", "1xnvidia-h100-80gb",
    )  # fmt: skip
    assert first["price_source"] == "told by Together"
    assert (first["acts"], second["acts"]) == (["delete", "stop"], ["delete"])
    assert (second["running"], second["usd_per_hour"]) == (False, "0.00")
    assert told["total"]["usd_per_hour"] == "3.40"
    far.fault("GET /v2/public/inference-instance-types", *[html(500)] * 3)
    told = home.json("deployments", "list")  # what runs is told without its price
    assert told["total"] == {"running": 1, "usd_per_hour": "0.00", "unknown": 1}
    far.hardware = []
    assert "1 running · price unknown" in home.run("deployments", "list").stdout


def test_fireworks_bills_the_deployment_and_not_the_model_on_it(
    servers: Servers, tmp_path: Path
) -> None:
    far = servers.of(FireworksReplay)
    home = profile(far, tmp_path)
    for name in ("pirate", "parrot"):
        far.models[f"accounts/acme/models/{name}"] = {"name": f"accounts/acme/models/{name}"}
        far.deploy(f"accounts/acme/models/{name}")
    told = home.json("deployments", "list")
    host, loaded = told["deployments"][:2]
    assert (host["usd_per_hour"], host["running"], host["acts"]) == (
        None,
        True,
        ["delete", "scale"],
    )
    assert loaded["within"] == host["id"]
    assert loaded["acts"] == ["delete"]
    assert told["total"] == {"running": 2, "usd_per_hour": "0.00", "unknown": 2}
    # What is loaded on a deployment stands right behind that one.
    assert [one["within"] for one in told["deployments"]] == [
        None, host["id"], None, told["deployments"][2]["id"],
    ]  # fmt: skip


def test_a_price_of_ones_own_counts_where_the_provider_tells_none(
    servers: Servers, tmp_path: Path
) -> None:
    far = servers.of(NebiusReplay)
    home = profile(far, tmp_path)
    far.deploy("pirate", "weights-1")
    far.deploy("asleep", "weights-2", "stopped")
    far.deploy("starting", "weights-3", "starting")
    told = home.json("deployments", "list")
    found = rows(told)
    assert found["pirate"]["chat_name"] == "dedicated/pirate"
    assert [found[name]["running"] for name in ("pirate", "asleep", "starting")] == [
        True, False, None,
    ]  # fmt: skip
    assert told["total"] == {"running": 2, "usd_per_hour": "0.00", "unknown": 2}
    (tmp_path / "config" / "providers.toml").write_text(
        '[[providers]]\nid = "nebius"\n[[providers.hourly]]\non = "gpu-h100-sxm"\nusd = "2.95"\n'
    )
    told = home.json("deployments", "list")
    assert rows(told)["pirate"]["usd_per_hour"] == "5.90"  # two GPUs
    assert told["total"]["usd_per_hour"] == "11.80"
    assert far.wrong_keys == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("usd = 2.95", "usd must be an amount in quotes"),
        ('usd = "much"', "usd must be an amount in quotes"),
        ('usd = "1"\nper = "day"', "unknown setting of hourly per"),
        ("", "each of hourly needs on"),
    ],
)
def test_a_price_that_cannot_be_read_is_told_with_its_line(
    servers: Servers, tmp_path: Path, line: str, said: str
) -> None:
    home = profile(servers.of(NebiusReplay), tmp_path)
    named = 'on = "gpu"\n' if line else ""
    (tmp_path / "config" / "providers.toml").write_text(
        f'[[providers]]\nid = "nebius"\n[[providers.hourly]]\n{named}{line}\n'
    )
    done = home.run("deployments", "list")
    assert done.returncode == 2
    assert said in done.stderr


def test_where_they_are_not_told_it_says_what_the_profile_lacks(
    servers: Servers, tmp_path: Path
) -> None:
    far = servers.of(AzureReplay)
    done = profile(far, tmp_path).run("deployments", "list")
    assert done.returncode == 3
    assert "management_url and management_command" in done.stderr
    done = Home(tmp_path / "lab").run("deployments", "list")
    assert (done.returncode, "lab does not offer deployments" in done.stderr) == (3, True)


def test_all_profiles_each_with_its_own_key_and_what_fails_hides_nothing(
    servers: Servers, tmp_path: Path
) -> None:
    together, fireworks = servers.of(TogetherReplay, "key-t"), servers.of(FireworksReplay)
    nebius = servers.of(NebiusReplay)
    together.deploy("acme/a")
    fireworks.deploy("accounts/acme/models/p")
    nebius.always["GET /v0/dedicated_endpoints"] = reply(403, {"detail": "beta: ask the support"})
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text(
        f'[profiles.t]\nkind = "together"\nbase_url = "{together.url}"\napi_key = "key-t"\n'
        f'account = "{PROJECT}"\ncurrency = "EUR"\nrate = 0.5\n'
        f'[profiles.f]\nkind = "fireworks"\nbase_url = "{fireworks.url}"\napi_key = "{KEY}"\n'
        f'account = "{ACCOUNT}"\n'
        f'[profiles.n]\nkind = "nebius"\nbase_url = "{nebius.url}"\napi_key = "{KEY}"\n'
    )
    (config / "config.toml").chmod(0o600)
    home = Home(tmp_path)
    told = home.json("deployments", "list", "--all-profiles", code=3)
    assert {(one["profile"], one["running"]) for one in told["deployments"]} == {
        ("t", True), ("f", True),
    }  # fmt: skip
    # One profile counts in euros: nothing is added up that does not belong together.
    assert told["total"] == {
        "running": 2, "usd_per_hour": "3.40", "unknown": 1, "per_hour": {"EUR": "1.70"},
    }  # fmt: skip
    counted = next(one for one in told["deployments"] if one["profile"] == "t")
    assert (counted["usd_per_hour"], counted["per_hour"], counted["currency"]) == (
        "3.40", "1.70", "EUR",
    )  # fmt: skip
    text = home.run("deployments", "list", "--all-profiles").stdout
    assert "2 running · 1.70 EUR/h + unknown" in text
    assert "$" not in text
    asked = {one["name"]: one for one in told["profiles"]}
    assert "beta: ask the support" in asked["n"]["error"]["cause"]
    assert asked["lab"] == {"name": "lab", "told": False, "error": None}
    assert together.wrong_keys == fireworks.wrong_keys == 0


def test_hostile_names_are_only_text(servers: Servers, tmp_path: Path) -> None:
    far = servers.of(NebiusReplay)
    far.deploy("[red]x\x1b[31m\u202e", "w\n\tx", deployment={"status": 7}, gpu_count="two")
    far.endpoints["bad"] = {"id": None}
    home = profile(far, tmp_path)
    done = home.run("deployments", "list")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "[red]x" in done.stdout
    [one] = home.json("deployments", "list")["deployments"]
    assert one["running"] is None
    assert one["usd_per_hour"] is None
