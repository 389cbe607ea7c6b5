"""Checks of datasets: one module a group of rules, one small function a rule, one registry.

`check_row` looks at one line, `check_columns` at what only all lines show, `survey` at very many
lines without wording what it finds. They keep no state, so they can run in any thread; after an
edit only the edited lines and the file-wide rules have to run again.
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
    style_rules as style_rules,
    likeness as likeness,
)
from tui.core.checks import calls as calls
from tui.core.checks import dialogue as dialogue
from tui.core.checks import likeness as likeness
from tui.core.checks import lines as lines
from tui.core.checks import messages as messages
from tui.core.checks import nulls as nulls
from tui.core.checks import named_secrets as named_secrets
from tui.core.checks import personal as personal
from tui.core.checks import preference as preference
from tui.core.checks import quality as quality
from tui.core.checks import reinforcement as reinforcement
from tui.core.checks import replies as replies
from tui.core.checks import secrets as secrets
from tui.core.checks import special as special
from tui.core.checks import structure as structure
from tui.core.checks import style_rules as style_rules
from tui.core.checks import tools as tools
from tui.core.checks import whole_file as whole_file
from tui.core.checks.alike import Alike
from tui.core.checks.fast.batch import survey
from tui.core.checks.registry import (
    RULES,
    FileFacts,
    Finding,
    Issue,
    RowFacts,
    RowReport,
    Rule,
    Severity,
)
from tui.core.checks.report_columns import Columns
from tui.core.checks.run import check_columns, check_row, columns_of
from tui.core.checks.sample_stats import traits_of
from tui.core.checks.severities import issue_for, severity_of

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
    "columns_of",
    "issue_for",
    "severity_of",
    "survey",
    "traits_of",
]
