"""The options of all commands that ask models for the parameters of a chat completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.json_files import read_tools
from tui.core.chat.parameters import ChatParameters, default_temperature

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_NAMES = ("temperature", "top_p", "max_tokens", "seed", "tools")


def add_parameters(parser: argparse.ArgumentParser, tools: str) -> None:
    """Add the options; `tools` is the help of those."""
    parser.add_argument(
        "--temperature",
        type=float,
        metavar="T",
        help="0 to 2; 0 is greedy (default: 0 in the lab, else the provider's own)",
    )
    parser.add_argument("--top-p", type=float, metavar="P", help="0 to 1")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="longest answer, in tokens")
    parser.add_argument("--seed", type=int, metavar="N", help="same seed, same answer")
    parser.add_argument("--tools", metavar="FILE", help=tools)


def says_parameters(options: argparse.Namespace) -> bool:
    """Whether any of the options was given."""
    return any(getattr(options, name) is not None for name in _NAMES)


async def read_parameters(
    options: argparse.Namespace, kind: str, tools: tuple[Mapping[str, Any], ...] = ()
) -> ChatParameters:
    """Return how the models of a profile of this kind are asked; `tools` unless others are named.

    Raises InputError for a file that cannot be read.
    """
    temperature = options.temperature
    return ChatParameters(
        temperature=default_temperature(kind) if temperature is None else temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        seed=options.seed,
        tools=await read_tools(options.tools) if options.tools else tools,
    )
