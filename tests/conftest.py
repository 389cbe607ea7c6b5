"""How many tests run at once, what they may spend, and the provider that misbehaves on request."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from xdist.scheduler import LoadGroupScheduling

import tests.exploring  # noqa: F401 - its profile is loaded
from tests import forks, labs, ledgers, pilots
from tests.compiling import compile_all
from tests.faults.server import FaultServer
from tests.home import enter_home
from tests.short_waits import shorten_waits
from tui.commands import Keymap, use_keymap
from tui.core.text.masking import KEYS
from tui.services.workers import Pool

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from xdist.workermanage import WorkerController

gc.disable()  # garbage is looked for between tests: all that an app has made is garbage then

# Two labs train while a third worker types: threads of one product would only take turns.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

_YOUNG = 50_000  # objects made since, before garbage is looked for

labs.fork_them()
ledgers.copy_them()
pilots.be_patient()
shorten_waits()


def pytest_configure(config: pytest.Config) -> None:
    """Have all workers' processes be forks of one, and tests be compiled once.

    The latter for a run of everything, not of a file.
    """
    if hasattr(config, "workerinput"):
        forks.be_forked_by(config.workerinput["forks"])
    elif config.getoption("numprocesses", None):
        if config.args_source.name == "TESTPATHS":
            compile_all(config, Path(__file__).parent)
        forks.start_server()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell a worker who forks for it."""
    node.workerinput["forks"] = forks.start_server()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """Give a provider on loopback that does as told, and ends with the test."""
    one = FaultServer()
    yield one
    one.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """End the labs of this test alone, once all that uses them has ended."""
    yield
    arguments = getattr(item, "funcargs", None) or {}
    labs.end_under(arguments.get("tmp_path", Path("/dev/null")))
    use_keymap(Keymap())  # an app has taken up that of its configuration
    KEYS.__init__()  # type: ignore[misc]  # nor are keys of all tests before looked for in each text
    if gc.get_count()[0] > _YOUNG:
        gc.collect(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what xdist cannot send out of a report: half a character in a log ends the whole run."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no lab behind, where tests have run; collect garbage once, as pytest does five times.

    What is left by then is all that was imported and reported, half a second's work each time.
    """
    gc.collect()
    gc.freeze()
    if not session.config.getoption("numprocesses"):
        labs.end_all(session.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def workers() -> Iterator[Pool]:
    """Give a pool of worker processes: they are started when first needed, and kept meanwhile."""
    one = Pool()
    yield one
    one.close()


@pytest.fixture
def paints_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have screens draw each change as it comes."""
    pilots.paint_at_once(monkeypatch)


@pytest.fixture
def app_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home, and no key in the environment."""
    home = tmp_path / "home"
    enter_home(monkeypatch, {"FINETUI_HOME": str(home)})
    return home


@pytest.fixture
def app_folder(app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home, and the folder beside it to work in."""
    del app_home
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pytest_xdist_auto_num_workers() -> int:
    """Run five on two cores: a third of the time is spent waiting."""
    return 5 * (os.cpu_count() or 1) // 2


class FileScheduling(LoadGroupScheduling):
    """Hands out the tests of a file together, those of a group too, and what takes long singly.

    What a file makes once (servers, processes, strategies, vocabularies) one worker makes, not all;
    and thousands of tests need not be asked for one by one.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return scope if scope != nodeid or nodeid.startswith(_SINGLY) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileScheduling:
    """Have tests handed out by files."""
    return FileScheduling(config, log)


# Files whose tests take longest, each of them: begun last, one worker would end alone with them.
_FIRST = ("lab/learner/", "test_circle.py", "cli/test_script.py", "lab/test_crashes.py")
# Thousands of tests of milliseconds: all workers end together with them.
_LAST = ("core/",)
_SINGLY = ("tests/screens/", "tests/test_circle.py", "tests/lab/test_crashes.py", "tests/terminal/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, end with what is short, and mix the files between.

    Those of a folder are of one kind, such as tests that wait for servers: side by side they would
    all wait at once, and later all want the processor.
    """
    here = Path(__file__).parent

    def place(item: pytest.Item) -> tuple[int, int]:
        path = item.path.relative_to(here).as_posix()
        at = 0 if path.startswith(_FIRST) else 2 if path.startswith(_LAST) else 1
        return at, crc32(path.encode()) if at == 1 else 0

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Leave what has been imported and collected out of every later search for garbage.

    A search over all of it takes a third of a second, and would be made for every other test.
    """
    gc.collect()
    gc.freeze()
