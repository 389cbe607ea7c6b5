"""What runs, by keyboard: the list, the status line, stopping and deleting with a typed word."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Static

from tests.faults.server import ACT_AND_DROP, HANG, problem, reply
from tests.home import enter_home
from tests.replay.base import KEY
from tests.replay.circle import profile
from tests.replay.fireworks import ACCOUNT, FireworksReplay
from tests.replay.nebius import NebiusReplay
from tests.replay.together import TogetherReplay
from tests.screens.test_layout import assert_same
from tests.served import served
from tests.until import box_of, on_screen, opened, question_of, toasts, until
from tui.app import FinetuiApp
from tui.program import running_costs
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.models.running import RunningDialog
from tui.services.models import deployment_acts
from tui.services.models.deployments import DeploymentService
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment_acts, "LOOK_AGAIN_S", (0.0,))


nebius = served(NebiusReplay)


together = served(TogetherReplay)


def use(server: Any, path: Path, patch: pytest.MonkeyPatch, more: str = "") -> None:
    enter_home(patch, profile(server, path, more=more).environ)


@asynccontextmanager
async def what_runs(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    app = FinetuiApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("5", "w")
        dialog = await opened(pilot, RunningDialog)
        await asked(pilot, dialog)
        yield pilot, dialog


async def asked(pilot: Pilot[Any], dialog: Any) -> None:
    await until(lambda: not dialog.asking, pilot)


async def typed(pilot: Pilot[Any], words: str) -> None:
    await until(lambda: isinstance(pilot.app.screen, DeletionDialog) and pilot.app.focused, pilot)
    await pilot.press(*("space" if letter == " " else letter for letter in words), "enter")


def outcomes(dialog: Any) -> str:
    return str(dialog.query_one("#outcomes-text", Static).content)


def problem_in(dialog: Any) -> str:
    panels = dialog.query(ErrorPanel)
    failure = panels.first().failure if panels else None
    return failure.as_text() if failure else ""


async def test_one_is_stopped_by_its_name_and_the_status_line_follows(
    together: TogetherReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together.deploy("acme/m", "acme/pirates")
    together.deploy("acme/n", "acme/parrots")
    use(together, tmp_path, monkeypatch)
    async with what_runs() as (pilot, dialog):
        assert "2 running · $6.80/h" in on_screen(pilot.app)
        await pilot.press("enter")
        assert "told by Together" in on_screen((await opened(pilot, DetailsDialog)).app)
        await pilot.press("escape", "s")
        question = await opened(pilot, DeletionDialog)
        assert "Profile far will stop 1 deployment:" in question_of(question)
        assert "It costs $3.40 an hour now ($2,448.00 in 30 days)" in question_of(question)
        await typed(pilot, "yes")
        assert pilot.app.screen is question  # that is not its name
        await pilot.press(*["backspace"] * 3)
        await typed(pilot, dialog.rows[0].one.title)
        await until(lambda: not dialog.deletion.running and dialog.deletion.outcomes, pilot)
        await asked(pilot, dialog)
        assert "Stopped 1 of 1 deployment" in outcomes(dialog)
        assert "✓ stopped acme/" in outcomes(dialog)
        assert sum(seen.method == "PATCH" for seen in together.seen) == 1
        await pilot.press("escape", "escape")
        await until(lambda: pilot.app.status.costs.startswith("1 running · $3.40/h at "), pilot)
        assert "1 running · $3.40/h at" in on_screen(pilot.app)


async def test_many_by_their_number_with_a_result_each(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [nebius.deploy(f"e{n}", f"w{n}") for n in range(4)]
    path = "DELETE /v0/dedicated_endpoints/"
    nebius.fault(f"{path}{ids[0]}", reply(403, {"detail": "the owner's role is needed"}))
    nebius.fault(f"{path}{ids[1]}", ACT_AND_DROP)
    nebius.fault(f"{path}{ids[2]}", reply(404, {"detail": "gone"}))
    use(nebius, tmp_path, monkeypatch)
    async with what_runs() as (pilot, dialog):
        assert "4 running · price unknown" in on_screen(pilot.app)
        await pilot.press("space", "space", "space", "d")
        question = await opened(pilot, DeletionDialog)
        assert "What it costs an hour is not known" in question_of(question)
        await typed(pilot, "delete 3")
        await until(lambda: not dialog.deletion.running and dialog.deletion.outcomes, pilot)
        await asked(pilot, dialog)
        said = outcomes(dialog)
        assert "Deleted 1 of 3 deployments" in said
        assert "✗ not deleted e0: the owner's role is needed" in said
        assert "✓ deleted e1" in said
        assert "not there any more" in said
        assert "✗ not deleted e2" in said  # it answers 404 and is there all the same
        assert {one.one.title for one in dialog.rows} == {"e0", "e2", "e3"}
        assert [nebius.count(f"{path}{one}") for one in ids] == [1, 1, 1, 0]


async def test_a_read_only_profile_says_so_and_asks_for_nothing(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nebius.deploy("pirate", "w")
    use(nebius, tmp_path, monkeypatch, "read_only = true")
    async with what_runs() as (pilot, dialog):
        shown = on_screen(pilot.app)
        assert "far is read-only: nothing is stopped or deleted with it." in shown
        assert "d delete" not in shown
        for key in "szd":
            await pilot.press(key)
            assert "read-only" in problem_in(dialog)
            assert pilot.app.screen is dialog
            await pilot.press("escape")
        assert {seen.method for seen in nebius.seen} == {"GET"}


async def test_what_is_not_offered_or_done_already_is_told(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nebius.deploy("pirate", "w")
    nebius.deploy("asleep", "w", "stopped")
    use(nebius, tmp_path, monkeypatch)
    async with what_runs() as (pilot, dialog):
        await pilot.press("z")
        assert "does not offer scaling deployments to zero" in problem_in(dialog)
        await pilot.press("escape", "down", "s")
        await pilot.pause()
        assert any("asleep: stopped already" in said for said in toasts(pilot.app))
        await pilot.press("c")  # nobody would answer
        await until(lambda: "Nobody answers there: asleep" in toasts(pilot.app)[-1], pilot)
        await pilot.press("y")
        assert {seen.method for seen in nebius.seen} == {"GET"}
        # A deletion stops between two.
        nebius.endpoints.clear()
        ids = [nebius.deploy(f"e{n}", f"w{n}") for n in range(3)]
        await pilot.press("r")
        await until(lambda: len(dialog.rows) == 3, pilot)
        await asked(pilot, dialog)
        monkeypatch.setattr(nebius, "other", _stopping(nebius, dialog))
        await pilot.press("home", "space", "space", "space", "d")
        await typed(pilot, "delete 3")
        await until(lambda: not dialog.deletion.running and dialog.deletion.outcomes, pilot)
        await asked(pilot, dialog)
        assert "– not asked e2" in outcomes(dialog)
        assert nebius.count(f"DELETE /v0/dedicated_endpoints/{ids[2]}") == 0


async def test_all_profiles_and_a_chat_with_one_of_another(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fireworks = FireworksReplay()
    try:
        name = fireworks.deploy("accounts/acme/models/pirate")
        nebius.always["GET /v0/dedicated_endpoints"] = reply(403, problem("ask the support"))
        use(nebius, tmp_path, monkeypatch)
        with (tmp_path / "config" / "config.toml").open("a") as config:
            config.write(
                f'[profiles.fire]\nkind = "fireworks"\nbase_url = "{fireworks.url}"\n'
                f'api_key = "{KEY}"\naccount = "{ACCOUNT}"\n'
            )
        async with what_runs() as (pilot, dialog):
            assert "ask the support" in on_screen(pilot.app)
            await pilot.press("P")
            await until(lambda: len(dialog.rows) == 2, pilot)
            await asked(pilot, dialog)
            shown = on_screen(pilot.app)
            assert "1 running · price unknown" in shown
            assert "1 of 3 profiles tell" in shown  # lab tells none
            assert "└ dm-" in shown
            # What another profile runs counts too, once it was looked at.
            status = pilot.app.status.costs  # type: ignore[attr-defined]
            assert status.startswith("1 running · price unknown in fire at ")
            await pilot.press("down", "c")
            await until(lambda: pilot.app.current_mode == "chat", pilot)
            await until(lambda: pilot.app.screen.models.model == name, pilot)  # type: ignore[attr-defined]
            assert pilot.app.workspace.profile.name == "fire"  # type: ignore[attr-defined]
    finally:
        fireworks.close()


async def test_a_provider_that_does_not_answer_holds_no_key(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nebius.always["GET /v0/dedicated_endpoints"] = HANG
    use(nebius, tmp_path, monkeypatch)
    app = FinetuiApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("5", "w")
        dialog = await opened(pilot, RunningDialog)
        await until(lambda: nebius.count("GET /v0/dedicated_endpoints"), pilot)
        assert "Asking what runs …" in on_screen(app)
        await pilot.press("d", "s", "space", "c", "y", "enter", "P")  # nothing is there
        assert app.screen is dialog
        await pilot.press("escape")
        await until(lambda: app.current_mode == "models" and app.screen is not dialog, pilot)
        nebius.release()


async def test_much_that_costs_leaves_room_for_the_profile(
    together: TogetherReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        together.deploy(f"acme/m{number}", f"acme/e{number}")
    together.hardware[0]["priceCentsPerHour"] = 987_654
    together.deploy("acme/m", "acme/other")
    together.endpoints[-1]["deployments"][0]["hardware"] = "unheard of"
    use(together, tmp_path, monkeypatch)
    async with what_runs((60, 20)) as (pilot, dialog):
        assert dialog.query_one("RecordList").size.height >= 3
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is not dialog, pilot)
        line = on_screen(pilot.app).splitlines()[-2]
        assert line.startswith(" far")
        assert "10 running · $88,888.86/h" in line


def _stopping(nebius: NebiusReplay, dialog: Any) -> Any:
    """Return what answers for endpoints, and has the deletion stop at the first DELETE."""
    plain = type(nebius).other

    def other(seen: Any) -> Any:
        if seen.method == "DELETE":
            dialog.deletion.close()
        return plain(nebius, seen)

    return other


async def test_layout(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nebius.deploy("support", "weights-of-support", created_at=None)
    nebius.deploy("faq", "weights-of-faq", "stopped", created_at=None)
    nebius.deploy("[b]x\x1b[31m\u202e漢字", "w\n[/b]", created_at=None, gpu_type="gpu-l40s-d")
    use(nebius, tmp_path, monkeypatch)
    (tmp_path / "config" / "providers.toml").write_text(
        '[[providers]]\nid = "nebius"\n[[providers.hourly]]\non = "gpu-h100-sxm"\nusd = "2.95"\n'
        "as_of = 2026-11-28\n"
    )
    async with what_runs() as (pilot, dialog):
        for width, height in ((80, 24), (120, 36)):
            await pilot.resize_terminal(width, height)
            text = re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", box_of(dialog))
            assert_same(text, f"what-runs-{width}x{height}.txt")


async def test_the_status_line_looks_now_and_then_and_idle_writes_nothing(
    together: TogetherReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_costs, "FIRST_S", 0.01)
    monkeypatch.setattr(running_costs, "EVERY_S", 0.05)
    together.deploy("acme/m", "acme/pirates")
    use(together, tmp_path, monkeypatch)
    app = FinetuiApp()
    listed = "GET /v2/projects/proj-1/endpoints"
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.status.costs, pilot)
        assert "1 running · $3.40/h at" in on_screen(app)
        shown, looks = app.status, together.count(listed)
        await until(lambda: together.count(listed) >= looks + 3, pilot)
        assert app.status is shown  # looked at again, and nothing was shown again
        together.fault(listed, *[reply(500, problem("broken"))] * 9)
        await pilot.pause()
        assert app.status.costs.startswith("1 running")  # what was seen last stays
        together.endpoints.clear()
        await until(lambda: not app.status.costs, pilot)
        assert "running" not in on_screen(app).splitlines()[-2]


async def test_a_token_is_not_fetched_behind_ones_back(
    nebius: NebiusReplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_costs, "FIRST_S", 0.01)
    monkeypatch.setattr(running_costs, "EVERY_S", 0.02)
    nebius.deploy("pirate", "w")
    use(nebius, tmp_path, monkeypatch)
    config = tmp_path / "config" / "config.toml"
    command = f'key_command = "echo x >> {tmp_path}/calls; echo {KEY}"'
    config.write_text(config.read_text().replace(f'api_key = "{KEY}"', command))
    asked_whether: list[bool] = []
    plain = DeploymentService.disturbs.fget
    assert plain is not None

    def disturbs(service: DeploymentService) -> bool:
        asked_whether.append(plain(service))
        return asked_whether[-1]

    monkeypatch.setattr(DeploymentService, "disturbs", property(disturbs))
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: asked_whether[2:], pilot)  # it was time to look thrice
        assert not (tmp_path / "calls").exists()
        await pilot.press("5", "w")
        await asked(pilot, await opened(pilot, RunningDialog))
        await until(lambda: app.status.costs, pilot)  # once it was asked for, it is looked at
