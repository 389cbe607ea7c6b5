"""Loading what lays out Markdown before the first answer comes: it takes 0.2 s."""

from __future__ import annotations


def warm_up() -> None:
    """Load the parser and the colours of the most frequent languages; may run in a thread."""
    from tui.widgets.markdown.document import MarkdownDocument

    for language in ("python", "json", "bash"):
        MarkdownDocument(f"# x\n\n| a |\n|---|\n\n```{language}\nx\n```\n", 80)
