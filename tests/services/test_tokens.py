import asyncio
import json
import time
from datetime import date
from decimal import Decimal

import pytest

from tui.core.catalog import load
from tui.services.tokens import Cancelled, TokenService
from tui.services.vocab import encoder

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


async def test_report() -> None:
    rows = [ROWS[0], b"", b"oops", *ROWS[1:], b"{}"]
    report = await TokenService().report(rows, "a.jsonl", "ft:gpt-4.1-2025-04-14:o:s:1")
    context, trained = expected(ROWS)
    assert report.lines == (1, *range(4, 43))
    assert (list(report.context), list(report.trained)) == (context, trained)
    assert report.epochs == 3
    assert report.billed_tokens == sum(context) * 3
    assert report.cost.amount == Decimal(sum(context) * 3) * 25 / 1_000_000
    assert report.cost.as_of == date(2025, 7, 1)


async def test_json_has_exactly_the_promised_keys() -> None:
    shown = (await TokenService().report(ROWS, "a.jsonl", "gpt-4.1", epochs=2)).to_json()
    context, trained = expected(ROWS)
    assert list(shown) == [
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
    assert list(shown["per_example"]) == ["min", "p05", "p25", "p50", "p75", "p95", "max", "mean"]
    assert (shown["context_tokens"], shown["trained_tokens"]) == (sum(context), sum(trained))
    assert (shown["encoding"], shown["exact"], shown["epochs"]) == ("o200k_base", True, 2)
    cost = {"amount": sum(context) * 2 * 25 / 1e6, "currency": "USD", "as_of": "2025-07-01"}
    assert shown["cost"] == cost
    assert json.loads(json.dumps(shown)) == shown


async def test_unknown_models_are_estimates_without_a_price() -> None:
    shown = (await TokenService().report(ROWS, "a.jsonl", "meta/llama")).to_json()
    assert (shown["encoding"], shown["exact"], shown["limit"]) == ("o200k_base", False, None)
    assert shown["cost"] == {"amount": None, "currency": "USD", "as_of": None}


async def test_long_examples_are_cut_at_the_limit() -> None:
    rows = [*ROWS, row("Tell me all.", "moss " * 2000)]
    report = await TokenService().report(rows, "a.jsonl", "lab-small", epochs=2)
    (cut,) = report.truncated
    assert (cut.line, cut.tokens) == (41, report.context[-1])
    assert cut.lost == cut.tokens - 1024
    assert report.billed_tokens == 2 * (sum(report.context) - cut.lost)
    assert report.to_json()["truncated"] == [
        {"line": 41, "tokens": cut.tokens, "lost": cut.tokens - 1024}
    ]


async def test_preference_files_get_the_epochs_of_their_method() -> None:
    pair = {
        "input": {"messages": [{"role": "user", "content": "a"}]},
        "preferred_output": [{"role": "assistant", "content": "b"}],
        "non_preferred_output": [{"role": "assistant", "content": "c"}],
    }
    report = await TokenService().report([json.dumps(pair).encode()] * 12, "p", "lab-small")
    assert report.epochs == 8


async def test_an_empty_file() -> None:
    report = await TokenService().report([], "a.jsonl", "gpt-4.1")
    assert (report.examples, report.billed_tokens, report.summary.count) == (0, 0, 0)


async def test_progress_ends_at_the_total_and_never_goes_back() -> None:
    seen: list[tuple[int, int]] = []
    await TokenService().report(
        ROWS * 40, "a", "gpt-4.1", on_progress=lambda done, of: seen.append((done, of))
    )
    assert seen == sorted(seen)
    assert seen[-1] == (1600, 1600)
    assert len(seen) > 1


async def test_cancel() -> None:
    asked = iter([False, True] + [True] * 100)
    with pytest.raises(Cancelled):
        await TokenService().report(ROWS * 200, "a", "gpt-4.1", cancelled=lambda: next(asked))


async def test_what_was_counted_is_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    service = TokenService(load())
    first = await service.report(ROWS, "a", "gpt-4.1")
    counted: list[str] = []
    real = encoder("o200k_base")
    encode = real._encode
    monkeypatch.setattr(real, "_encode", lambda text: (counted.append(text), encode(text))[1])
    edited = [*ROWS[:5], row("New question?", "New answer."), *ROWS[6:]]
    again = await service.report(edited, "a", "gpt-4o")
    assert set(counted) == {
        "New question?", "New answer.", "You are Fern.", "system", "user", "assistant",
    }  # fmt: skip
    assert again.context[:5] == first.context[:5]


async def test_the_event_loop_goes_on_meanwhile() -> None:
    await asyncio.to_thread(encoder, "o200k_base")
    rows = [row(f"Question {n}?", f"word {n} " * 60) for n in range(3000)]
    job = asyncio.create_task(TokenService().report(rows, "a", "gpt-4.1"))
    gaps = []
    while not job.done():
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        gaps.append(time.perf_counter() - start)
    gaps.sort()
    # The machine may stall anyone once; the work itself must not.
    assert gaps[int(len(gaps) * 0.95)] < 0.05
