"""Syntax colours for code in common languages; others stay plain."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tui.widgets.markdown.spans import COMMENT, GROUND, KEYWORD, NUMBER, STRING, safe_text

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from tui.widgets.markdown.spans import Span

LONGEST = 20_000  # characters; colouring takes about 1 ms per 1,000
# Names that answers use, and pygments' names. Only these: it looks for plug-ins of the whole
# environment when it is asked for a name it does not know.
_LEXERS = {
    **{name: name for name in ("python", "json", "bash", "javascript", "typescript", "html")},
    **{name: name for name in ("css", "sql", "yaml", "toml", "java", "c", "cpp", "go", "rust")},
    **{name: name for name in ("ruby", "diff", "xml", "kotlin", "swift", "php", "csharp", "ini")},
    **{name: name for name in ("dockerfile", "lua", "r", "scala", "haskell", "perl", "nginx")},
    "py": "python",
    "python3": "python",
    "sh": "bash",
    "shell": "bash",
    "zsh": "bash",
    "console": "console",
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "jsonl": "json",
    "yml": "yaml",
    "c++": "cpp",
    "cs": "csharp",
    "c#": "csharp",
    "rs": "rust",
    "rb": "ruby",
    "golang": "go",
    "docker": "dockerfile",
}


def colored(code: str, language: str) -> list[tuple[Span, ...]] | None:
    """Return the lines of code in spans; None for a language that is not coloured."""
    name = _LEXERS.get(language.lower())
    if name is None or len(code) > LONGEST:
        return None
    lines: list[list[Span]] = [[]]
    for kind, text in _lexer(name).get_tokens(code):
        flags = GROUND | _flags(str(kind))
        for at, piece in enumerate(text.split("\n")):
            if at:
                lines.append([])
            if piece:
                lines[-1].append((safe_text(piece), flags))
    # The lexer sees to it that the last line ends.
    wanted = code.count("\n") + 1
    return [tuple(line) for line in lines[:wanted]]


@lru_cache(maxsize=16)
def _lexer(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    made: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=True)
    return made


@lru_cache(maxsize=256)
def _flags(kind: str) -> int:
    """Return what a kind of pygments ("Token.Literal.String.Doc") counts as."""
    for part, flag in (
        ("Comment", COMMENT),
        ("String", STRING),
        ("Number", NUMBER),
        ("Keyword", KEYWORD),
        ("Operator.Word", KEYWORD),
        ("Name.Tag", KEYWORD),
        ("Generic.Inserted", STRING),
        ("Generic.Deleted", NUMBER),
    ):
        if part in kind:
            return flag
    return 0
