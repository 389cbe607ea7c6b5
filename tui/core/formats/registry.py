"""All formats by name."""

from __future__ import annotations

from tui.core.formats.columns import write_row
from tui.core.formats.results import Format
from tui.core.formats.supported.alpaca import (
    read_alpaca,
    read_completion,
    read_text,
    write_alpaca,
    write_completion,
    write_text,
)
from tui.core.formats.supported.anthropic import read_anthropic, write_anthropic
from tui.core.formats.supported.chat import read_hf, read_openai, write_openai
from tui.core.formats.supported.chat_exports import read_chatgpt, read_claude, read_slack
from tui.core.formats.supported.completion_logs import read_log
from tui.core.formats.supported.gemini import read_gemini, write_gemini
from tui.core.formats.supported.graded import read_graded
from tui.core.formats.supported.preference import read_kto, read_preference, write_preference
from tui.core.formats.supported.providers import (
    write_azure,
    write_fireworks,
    write_nebius,
    write_together,
)
from tui.core.formats.supported.sharegpt import read_sharegpt, write_sharegpt
from tui.core.formats.supported.transcripts import read_transcript
from tui.core.formats.supported.trees import read_tree

FORMATS: tuple[Format, ...] = (
    Format("openai", "OpenAI", "chat messages or preference pairs", read_openai, write_openai),
    Format("sharegpt", "ShareGPT", "turns of from and value", read_sharegpt, write_sharegpt),
    Format("alpaca", "Alpaca", "instruction, input, output", read_alpaca, write_alpaca),
    Format(
        "completion", "Prompt and completion", "one question, one answer",
        read_completion, write_completion, aliases=("prompt",),
    ),
    Format(
        "preference", "Preference pairs", "prompt, chosen, rejected",
        read_preference, write_preference, aliases=("dpo",),
    ),
    Format("kto", "KTO", "answers with kto_tag or label", read_kto),
    Format(
        "hf", "Hugging Face chat", "messages, with nulls and further columns", read_hf,
        aliases=("huggingface",),
    ),
    Format("anthropic", "Anthropic", "system, messages of blocks", read_anthropic, write_anthropic),
    Format("gemini", "Gemini", "contents of parts", read_gemini, write_gemini, aliases=("vertex",)),
    Format("verl", "verl / GRPO", "prompt and reward_model, for a grader", read_graded,
           aliases=("grpo",)),
    Format("log", "Completion log", "requests with their responses: proxies, tracers, batches",
           read_log, aliases=("logs", "batch")),
    Format("oasst", "Open Assistant", "trees of messages", read_tree),
    Format("chatgpt", "ChatGPT export", "conversations.json: a tree of messages", read_chatgpt),
    Format("claude", "Claude export", "chat_messages of human and assistant", read_claude),
    Format("slack", "Slack export", "threads of people and a bot", read_slack),
    Format("transcript", "Transcript", "text or Markdown with User: and Assistant:",
           read_transcript),
    Format("text", "Text", "bare text or a transcript", read_text, write_text),
    Format("table", "Columns", "you say which column holds what"),
    Format("azure", "Azure / Foundry", "the same, with a BOM", None, write_azure, bom=True),
    Format("nebius", "Nebius", "messages of role and content, tools", None, write_nebius),
    Format("together", "Together", "messages that alternate, weight, tools", None, write_together),
    Format("fireworks", "Fireworks", "messages, weight, tools", None, write_fireworks),
    Format("csv", "CSV", "a table of question and answer", None, write_row, suffix=".csv"),
    Format("tsv", "TSV", "the same with tabs", None, write_row, suffix=".tsv"),
    Format(
        "parquet", "Hugging Face Parquet", "a column for each key", None, write_openai,
        suffix=".parquet",
    ),
)  # fmt: skip
READERS: tuple[Format, ...] = tuple(f for f in FORMATS if f.read or f.id == "table")
WRITERS: tuple[Format, ...] = tuple(f for f in FORMATS if f.write)


def format_of(name: str) -> Format:
    """Return a format by id or alias. Raises KeyError."""
    for one in FORMATS:
        if name == one.id or name in one.aliases:
            return one
    raise KeyError(name)
