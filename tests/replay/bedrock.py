"""Amazon Bedrock's OpenAI-compatible endpoint: reinforcement only, no suffix, no metadata."""

from __future__ import annotations

from typing import Any

from tests.replay.base import Replay


class BedrockReplay(Replay):
    """A tuned model answers on demand, by its name."""

    kind = "bedrock"
    base = "openai.gpt-oss-20b"
    gives_metadata_back = False
    takes_suffix = False

    def refusal(self, asked: dict[str, Any]) -> str:
        method = asked.get("method", {})
        if method.get("type") != "reinforcement":
            return "only the method reinforcement is supported"
        grader = method["reinforcement"].get("grader", {})
        return "" if grader.get("type") == "lambda" else "the grader must be a lambda"

    def tuned_name(self, job: dict[str, Any]) -> str | None:
        return f"arn:aws:bedrock:us-west-2:1:custom-model/{job['id']}"
