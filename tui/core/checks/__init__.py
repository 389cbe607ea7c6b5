"""Checks of datasets: one module a group of rules, one small function a rule, one registry.

`check_row` looks at one line, `check_whole` at what only all lines show, `check_source` at
both. They keep no state, so they can run in any thread; after an edit only the edited lines
and the file-wide rules have to run again, and `collect` joins the two.
"""

# Importing a group registers its rules, and the order is the order of issues on one line.
from tui.core.checks import (  # isort: skip
    lines as lines,
    structure as structure,
    messages as messages,
    nulls as nulls,
    dialogue as dialogue,
    tools as tools,
    calls as calls,
    replies as replies,
    special as special,
    preference as preference,
    quality as quality,
    secrets as secrets,
    personal as personal,
    whole_file as whole_file,
    reinforcement as reinforcement,
    habits as habits,
    likeness as likeness,
)
from tui.core.checks.alike import Alike, pairs_of
from tui.core.checks.columns import Columns
from tui.core.checks.model import (
    RULES,
    FileFacts,
    Finding,
    Issue,
    RowFacts,
    RowReport,
    Rule,
    Severity,
)
from tui.core.checks.run import (
    check_columns,
    check_row,
    check_source,
    check_whole,
    collect,
    columns_of,
    file_format,
)
from tui.core.checks.severities import issue_for, severity_of
from tui.core.checks.survey import survey
from tui.core.checks.traits import traits_of

__all__ = [
    "RULES",
    "Alike",
    "Columns",
    "FileFacts",
    "Finding",
    "Issue",
    "RowFacts",
    "RowReport",
    "Rule",
    "Severity",
    "check_columns",
    "check_row",
    "check_source",
    "check_whole",
    "collect",
    "columns_of",
    "file_format",
    "issue_for",
    "pairs_of",
    "severity_of",
    "survey",
    "traits_of",
]
