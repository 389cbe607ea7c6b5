"""Modules are imported between keys, and in the end whatever comes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tui import tuning
from tui.tuning import import_between_keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def outer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a module that imports another."""
    (tmp_path / "outer_module.py").write_text("import inner_module\n")
    (tmp_path / "inner_module.py").write_text("value = 1\n")
    (tmp_path / "beside_module.py").write_text("value = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("outer_module", "inner_module", "beside_module"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "outer_module"


def test_each_module_waits_for_keys_to_rest(outer: str) -> None:
    loaded: list[bool] = []  # at each look, whether the outer module has begun

    def quiet_for() -> float:
        loaded.append(outer in sys.modules)
        return 0.0 if len(loaded) in {1, 2, 4, 5} else 1.0

    import_between_keys(outer, quiet_for)
    assert loaded == [False, False, False, True, True, True]
    assert sys.modules["inner_module"].value == 1  # type: ignore[attr-defined]


def test_what_is_there_is_not_waited_for(outer: str) -> None:
    import_between_keys(outer, lambda: 1.0)
    import_between_keys(outer, lambda: pytest.fail("is asked"))


def test_a_key_that_imports_something_itself_is_waited_for_no_more(outer: str) -> None:
    last, looked = [time.monotonic()], threading.Event()

    def quiet_for() -> float:
        looked.set()
        return time.monotonic() - last[0]

    thread = threading.Thread(target=import_between_keys, args=(outer, quiet_for))
    thread.start()
    while not looked.is_set():
        last[0] = time.monotonic()  # a key
    import beside_module  # type: ignore[import-not-found]
    import outer_module  # type: ignore[import-not-found]

    assert (beside_module.value, outer_module.inner_module.value) == (2, 1)
    thread.join(30)
    assert not thread.is_alive()
    assert not any(isinstance(one, tuning._GivingWay) for one in sys.meta_path)


def test_who_looks_for_a_module_meanwhile_asks_all_finders(outer: str) -> None:
    before, looks = [*sys.meta_path], list[Iterator[object]]()

    def quiet_for() -> float:  # another thread has asked the first finder
        if not looks:
            looks.append(iter(sys.meta_path))
            next(looks[0])
        return 1.0

    import_between_keys(outer, quiet_for)
    assert list(looks[0]) == before == sys.meta_path


def test_keys_that_never_end_do_not_keep_it(outer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_LOADED_BY_S", 0.05)
    import_between_keys(outer, lambda: 0.0)
    assert outer in sys.modules
