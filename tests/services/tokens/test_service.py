import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.served import served
from tests.until import until
from tui.core.catalog.models import load
from tui.core.money import pricing
from tui.services.datasets import Document
from tui.services.settings.locations import Locations
from tui.services.tokens.service import Cancelled, TokenService
from tui.services.tokens.vocabularies import encoder
from tui.services.workers import Pool

pytestmark = pytest.mark.xdist_group("vocab")
SYSTEM = {"role": "system", "content": "You are Fern."}


def row(question: str, answer: str, **keys: object) -> bytes:
    messages = [
        SYSTEM,
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer, **keys},
    ]
    return json.dumps({"messages": messages}).encode()


ROWS = [row(f"Question {n}?" * (n % 7 + 1), f"Answer {n}. " * (n % 11 + 1)) for n in range(40)]


def expected(rows: list[bytes]) -> tuple[list[int], list[int]]:
    """The counts as a plain script has them."""
    count = encoder("o200k_base").count
    context, trained = [], []
    for line in rows:
        messages = json.loads(line)["messages"]
        context.append(3 + sum(3 + count(m["role"]) + count(m["content"]) for m in messages))
        trained.append(sum(count(m["content"]) for m in messages if m["role"] == "assistant"))
    return context, trained


workers = served(Pool)


@pytest.fixture
async def service(workers: Pool) -> AsyncIterator[TokenService]:
    made = TokenService(workers)
    yield made
    await made.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[TokenService]:
    """Give one for tests that only count: its process takes half a second to start."""
    pool = Pool()
    made = TokenService(pool)
    yield made
    asyncio.run(made.close())
    pool.close()


async def test_report(shared: TokenService) -> None:
    rows = [ROWS[0], b"", b"oops", *ROWS[1:], b"{}"]
    report = await shared.report(rows, "a.jsonl", "ft:gpt-4.1-2025-04-14:o:s:1")
    context, trained = expected(ROWS)
    assert report.lines.tolist() == [1, *range(4, 43)]
    assert (list(report.context), list(report.trained)) == (context, trained)
    assert report.epochs == 3
    assert report.billed_tokens == sum(context) * 3
    assert report.cost.amount == Decimal(sum(context) * 3) * 25 / 1_000_000
    assert report.cost.as_of == date(2025, 7, 1)


async def test_json_has_the_promised_keys_first(shared: TokenService) -> None:
    shown = (await shared.report(ROWS, "a.jsonl", "gpt-4.1", epochs=2)).to_json()
    context, trained = expected(ROWS)
    assert list(shown)[:13] == [
        "path",
        "model",
        "encoding",
        "exact",
        "examples",
        "context_tokens",
        "trained_tokens",
        "limit",
        "truncated",
        "per_example",
        "epochs",
        "billed_tokens",
        "cost",
    ]
    names = ["min", "p05", "p25", "p50", "p75", "p95", "max", "mean"]
    assert list(shown["per_example"])[:8] == names
    assert (shown["context_tokens"], shown["trained_tokens"]) == (sum(context), sum(trained))
    assert (shown["encoding"], shown["exact"], shown["epochs"]) == ("o200k_base", True, 2)
    cost = {"amount": sum(context) * 2 * 25 / 1e6, "currency": "USD", "as_of": "2025-07-01"}
    assert shown["cost"] == cost
    assert json.loads(json.dumps(shown)) == shown


async def test_unknown_models_are_estimates_without_a_price(shared: TokenService) -> None:
    shown = (await shared.report(ROWS, "a.jsonl", "meta/llama")).to_json()
    assert (shown["encoding"], shown["exact"], shown["limit"]) == ("o200k_base", False, None)
    assert shown["cost"] == {"amount": None, "currency": "USD", "as_of": None}


async def test_long_examples_are_cut_at_the_limit(shared: TokenService) -> None:
    rows = [*ROWS, row("Tell me all.", "moss " * 2000)]
    report = await shared.report(rows, "a.jsonl", "lab-small", epochs=2)
    (cut,) = report.truncated
    assert (cut.line, cut.tokens) == (41, int(report.context[-1]))
    assert cut.lost == cut.tokens - 1024
    assert report.billed_tokens == 2 * (sum(report.context) - cut.lost)
    assert report.to_json()["truncated"] == [
        {"line": 41, "tokens": cut.tokens, "lost": cut.tokens - 1024}
    ]


async def test_preference_files_get_the_epochs_of_their_method(shared: TokenService) -> None:
    pair = {
        "input": {"messages": [{"role": "user", "content": "a"}]},
        "preferred_output": [{"role": "assistant", "content": "b"}],
        "non_preferred_output": [{"role": "assistant", "content": "c"}],
    }
    report = await shared.report([json.dumps(pair).encode()] * 12, "p", "lab-small")
    assert report.epochs == pricing.epochs(12, report.facts.epochs_dpo)


async def test_an_empty_file(shared: TokenService) -> None:
    report = await shared.report([], "a.jsonl", "gpt-4.1")
    assert (report.examples, report.billed_tokens, report.summary.count) == (0, 0, 0)


async def test_progress_ends_at_the_total_and_never_goes_back(service: TokenService) -> None:
    seen: list[tuple[int, int]] = []
    parts: list[int] = []
    await service.report(
        [row("Question?", f"word {n} " * 900) for n in range(1600)],
        "a",
        "gpt-4.1",
        on_progress=lambda done, of: seen.append((done, of)),
        on_part=lambda part: parts.append(part.examples),
    )
    assert seen == sorted(seen)
    assert seen[-1] == (1600, 1600)
    assert len(seen) > 1
    assert parts == sorted(parts)
    assert 0 < parts[0] < 1600


async def test_cancel(service: TokenService) -> None:
    asked = iter([False] + [True] * 100)
    with pytest.raises(Cancelled):
        await service.report(ROWS * 2000, "a", "gpt-4.1", cancelled=lambda: next(asked))


async def test_what_was_counted_is_not_counted_again(workers: Pool, tmp_path: Path) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path)})
    service = TokenService(workers, load(), locations=places)
    first = await service.report(ROWS, "a", "gpt-4.1")
    assert first.counter
    await service.close()
    service = TokenService(workers, load(), locations=places)
    again = await service.report([*reversed(ROWS)], "b", "gpt-4o")
    assert again.counter == ""  # nobody had to count
    assert again.context.tolist() == first.context.tolist()[::-1]
    edited = [*ROWS[:5], row("New question?", "New answer."), *ROWS[6:]]
    counted = await service.report(edited, "a", "gpt-4.1")
    assert counted.counter
    assert counted.context.tolist()[:5] == first.context.tolist()[:5]
    assert counted.context.tolist() == expected(edited)[0]
    await service.close()


async def test_damaged_counts_on_disk_are_dropped(workers: Pool, tmp_path: Path) -> None:
    places = Locations.standard({"FINETUI_HOME": str(tmp_path)})
    service = TokenService(workers, load(), locations=places)
    await service.report(ROWS, "a", "gpt-4.1")
    await service.close()
    (file,) = places.cache.iterdir()
    whole = file.read_bytes()
    changed, foreign = bytearray(whole), bytearray(whole)
    changed[-70] ^= 1
    foreign[3] ^= 1
    for harm in (whole[:-5], changed, foreign, b""):
        file.write_bytes(harm)
        service = TokenService(workers, load(), locations=places)
        report = await service.report(ROWS, "a", "gpt-4.1")
        assert report.counter
        assert report.context.tolist() == expected(ROWS)[0]
        await service.close()
        assert file.stat().st_size > 40 * 60


async def test_an_edit_of_an_open_document_counts_one_example(
    service: TokenService, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(ROWS))
    document = Document.open(path, tmp_path / "journals")
    await service.report(document.snapshot(), "a", "gpt-4.1")
    await document.delete(3, 1, "delete")
    await document.insert(0, [row("New?", "Yes."), b"oops"], "insert")
    rows = [row("New?", "Yes."), b"oops", *ROWS[:3], *ROWS[4:]]
    assert [*document.snapshot()] == rows
    counted = await service._counting.count(document.snapshot(), "o200k_base")
    assert (counted.new, len(counted.table)) == (2, len(rows))
    report = await service.report(document.snapshot(), "a", "gpt-4.1")
    assert report.context.tolist() == expected([rows[0], *rows[2:]])[0]
    assert report.counter == ""
    await document.close()


async def test_a_process_that_dies_is_replaced_by_one_with_tiktoken(
    service: TokenService, workers: Pool
) -> None:
    await service.pieces(ROWS[0], "gpt-4.1")  # it has loaded the vocabulary
    (pid,) = workers.processes
    os.kill(pid, signal.SIGSTOP)
    job = asyncio.create_task(service.report(ROWS, "a", "gpt-4.1"))
    await until(lambda: not workers._idle)  # it is being asked
    os.kill(pid, signal.SIGKILL)
    report = await job
    assert report.counter.startswith("tiktoken")
    assert report.context.tolist() == expected(ROWS)[0]


@contextmanager
def held(pid: int) -> Iterator[None]:
    """Hold a process, so that nothing it is asked for is answered meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_task_that_is_cancelled_does_not_wait_for_the_process(
    service: TokenService, workers: Pool
) -> None:
    await service.pieces(ROWS[0], "gpt-4.1")  # it has loaded the vocabulary
    with held(*workers.processes):
        job = asyncio.create_task(service.report(ROWS, "a", "gpt-4.1"))
        for _ in range(100):
            await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    assert (await service.report(ROWS, "a", "gpt-4.1")).examples == len(ROWS)


async def test_the_event_loop_goes_on_while_a_process_counts(
    service: TokenService, workers: Pool
) -> None:
    await service.pieces(ROWS[0], "gpt-4.1")  # it has loaded the vocabulary
    with held(*workers.processes):
        job = asyncio.create_task(service.report(ROWS, "a", "gpt-4.1"))
        for _ in range(100):  # a loop that waited for the process would never turn again
            await asyncio.sleep(0)
        assert not job.done()
    assert (await job).examples == len(ROWS)


async def test_a_file_larger_than_what_is_read_at_once_is_counted_whole(tmp_path: Path) -> None:
    rows = ROWS * (4_500_000 // sum(map(len, ROWS)))  # the first 4 MB are looked through at once
    path, home = tmp_path / "a.jsonl", {"FINETUI_HOME": str(tmp_path / "home")}
    path.write_bytes(b"\n".join(rows))
    for counted in (True, False):  # the second time everything is remembered
        workers = Pool()
        service = TokenService(workers, load(), locations=Locations.standard(home))
        report = await service.report_file(str(path), "gpt-4.1")
        assert report.context.tolist() == expected(ROWS)[0] * (len(rows) // len(ROWS))
        assert bool(report.counter) == counted
        assert bool(workers.processes) == counted
        await service.close()
        workers.close()


async def test_a_large_file_has_its_first_lines_counted_before_it_is_asked_for(
    workers: Pool,
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(ROWS * 20))
    document = Document.open(path, tmp_path / "journals")
    service = TokenService(
        workers, load(), locations=Locations.standard({"FINETUI_HOME": str(tmp_path / "home")})
    )
    await asyncio.to_thread(service._counting.prepare, document.snapshot(), "o200k_base")
    assert workers.processes
    report = await service.report(document.snapshot(), "a", "gpt-4.1")
    assert report.counter == ""  # all of it fits into the first stretch
    assert report.context.tolist() == expected(ROWS)[0] * 20
    await service.close()
    await document.close()


async def test_everything_works_with_sockets_blocked(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every process that is started reads this file first.
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*args, **keys): raise AssertionError('network')\n"
        "socket.socket = socket.getaddrinfo = socket.create_connection = refuse\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    service = TokenService(
        workers, load(), locations=Locations.standard({"FINETUI_HOME": str(tmp_path)})
    )
    for model in ("gpt-4.1", "gpt-3.5-turbo"):
        assert (await service.report(ROWS, "a", model)).examples == len(ROWS)
        assert (await service.pieces(ROWS[0], model)).context > 0
    await service.close()


async def test_a_command_counts_a_small_file_without_another_process(tmp_path: Path) -> None:
    """And a larger one, or one that a screen shows, by processes: its tokenizer is not ours."""
    path = tmp_path / "small.jsonl"
    path.write_bytes(b"\n".join(ROWS))
    pool = Pool()
    service = TokenService(pool)
    report = await service.report_file(str(path), "gpt-4.1-2025-04-14")
    assert (report.context.tolist(), pool.processes) == (expected(ROWS)[0], ())
    assert report.counter.startswith("tiktoken")
    with path.open("ab") as file:
        file.writelines(b"\n" + line for line in ROWS * 80)
    assert path.stat().st_size > 512 * 1024
    await service.report_file(str(path), "gpt-4.1-2025-04-14")
    assert pool.processes
    await service.close()
    pool.close()
