"""Checks of datasets: one module a group of rules, one small function a rule, one registry.

`check_row` looks at one line, `findings_of_file` at what only all lines show, `check_batch` at very
many lines without wording what it finds. They keep no state, so they can run in any thread; after
an edit only the edited lines and the file-wide rules have to run again.
"""

# Importing a group registers its rules, and the order is the order of issues on one line.
# isort: off
from tui.core.checks.examples import (
    lines as lines,
    structure as structure,
    messages as messages,
    nulls as nulls,
    dialogue as dialogue,
)
from tui.core.checks.tool_use import tools as tools, calls as calls, replies as replies
from tui.core.checks.examples import special as special, preference as preference
from tui.core.checks.examples import quality as quality
from tui.core.checks.private_data import secrets as secrets, named_secrets as named_secrets
from tui.core.checks.private_data import logins as logins
from tui.core.checks.private_data import personal as personal
from tui.core.checks.whole_file import file_rules as file_rules, reinforcement as reinforcement
from tui.core.checks.whole_file import style_rules as style_rules, near_rules as near_rules
# isort: on

from tui.core.checks.fast.batch import check_batch
from tui.core.checks.registry import (
    RULES,
    FileFacts,
    Issue,
    RowReport,
    Rule,
    Severity,
)
from tui.core.checks.report_columns import ReportColumns
from tui.core.checks.run import check_row, columns_of
from tui.core.checks.severities import issue_for, severity_of
from tui.core.checks.whole_file.near_pairs import NearPairs
from tui.core.checks.whole_file.sample_stats import sample_stats_of

__all__ = [
    "RULES",
    "FileFacts",
    "Issue",
    "NearPairs",
    "ReportColumns",
    "RowReport",
    "Rule",
    "Severity",
    "check_batch",
    "check_row",
    "columns_of",
    "issue_for",
    "sample_stats_of",
    "severity_of",
]
