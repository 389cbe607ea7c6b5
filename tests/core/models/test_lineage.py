"""From dataset to chat: the tree of what came of what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.core.jobs.jobs import Job, parse_job
from tui.core.models.entry import CheckpointKept, ModelEntry
from tui.core.models.lineage import DEEPEST, MOST, ChatOf, LineageFacts, Node, RunOf, lineage
from tui.core.models.states import ModelState
from tui.core.provider.deployments import Deployment

MOSS, FERN = "ft:base:org:moss:A1", "ft:base:org:fern:B2"


def job(name: str, base: str, made: str | None, **more: Any) -> Job:
    status = "succeeded" if made else "failed"
    return parse_job(
        {"id": name, "status": status, "model": base, "fine_tuned_model": made, **more}
    )


ENTRY = ModelEntry(MOSS, "tuned", ModelState.DEPLOYED, "base", "moss", job="j1")
FACTS = LineageFacts(
    entries=[
        replace(
            ENTRY,
            deployments=(Deployment("d1", MOSS, "moss-chat", "Succeeded", ready=True),),
            checkpoints=(CheckpointKept("c1", f"{MOSS}:ckpt-step-5", 5),),
        ),
        ModelEntry(FERN, "tuned", ModelState.DELETED_HERE, MOSS, "fern", job="j2"),
    ],
    jobs=[
        job("j2", MOSS, FERN, training_file="file-2", validation_file="file-3"),
        job("j1", "base", MOSS, training_file="file-1"),
        job("j3", "base", None, training_file="file-1"),
    ],
    datasets={"file-1": ("/data/train.jsonl", "/data/old.jsonl"), "file-2": ("/data/more.jsonl",)},
    chats=[ChatOf(7, "Ahoy", "moss-chat"), ChatOf(8, "", MOSS), ChatOf(9, "other", "base")],
    runs=[RunOf("r1", 5, (MOSS, "base")), RunOf("r2", 5, ("base",))],
)


def drawn(nodes: list[Node]) -> list[str]:
    return [f"{'  ' * one.depth}{one.kind} {one.id}{' *' if one.again else ''}" for one in nodes]


WHOLE = [
    "dataset /data/train.jsonl",
    "  file file-1",
    "    job j1",
    f"      checkpoint {MOSS}:ckpt-step-5",
    f"      model {MOSS}",
    "        job j2",
    "          file file-2",
    "            dataset /data/more.jsonl",
    "          file file-3",
    f"          model {FERN}",
    "        deployment moss-chat",
    "        chat 7",
    "        chat 8",
    "        comparison r1",
]


def test_a_line_begins_with_the_first_dataset_whoever_asks() -> None:
    for kind, one in (("model", MOSS), ("model", FERN), ("job", "j1"), ("job", "j2")):
        assert drawn(lineage(FACTS, kind, one)) == WHOLE  # type: ignore[arg-type]
    words = {node.id: node.words for node in lineage(FACTS, "model", FERN)}
    assert words[FERN] == f"{FERN}  deleted here"
    assert words["8"] == "(untitled)"
    assert "base base" in words["j1"]


def test_a_dataset_has_all_jobs_that_it_went_into() -> None:
    found = drawn(lineage(FACTS, "dataset", "/data/old.jsonl"))
    assert found[0] == "dataset /data/old.jsonl"
    assert "    job j1" in found
    assert "    job j3" in found
    assert lineage(FACTS, "dataset", "/data/none.jsonl") == []


def test_what_is_not_known_has_nothing_before_it() -> None:
    alone = LineageFacts(entries=[ENTRY])
    assert drawn(lineage(alone, "model", MOSS)) == [f"model {MOSS}"]
    assert lineage(alone, "model", "none") == []
    assert lineage(alone, "job", "none") == []


def test_a_circle_ends_and_a_long_line_is_cut() -> None:
    circle = LineageFacts(jobs=[job("a", "y", "x"), job("b", "x", "y")])
    found = drawn(lineage(circle, "job", "a"))
    assert sum(line.endswith(" *") for line in found) == 1
    long = [job(f"j{n}", f"m{n}", f"m{n + 1}") for n in range(3000)]
    deep = lineage(LineageFacts(jobs=long), "job", "j2999")
    assert deep[0].id == "j0"
    assert max(node.depth for node in deep) == DEEPEST
    wide = [job("j", "base", "m"), *(job(f"c{n}", "m", None) for n in range(3000))]
    assert len(lineage(LineageFacts(jobs=wide), "job", "j")) == MOST
