"""Severities of problems at one provider: what it accepts is reported as a hint only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.checks.registry import RULES

if TYPE_CHECKING:
    from tui.core.catalog.providers import FileLimits
    from tui.core.checks.registry import Issue, Severity


def severity_of(rule: str, limits: FileLimits | None) -> Severity:
    """Return a rule's severity at a provider; at OpenAI when none is meant."""
    return "info" if limits is not None and rule in limits.takes else RULES[rule].severity


def issue_for(issue: Issue, limits: FileLimits | None) -> Issue:
    """Return a problem as it is at a provider, which is named where it makes a difference."""
    if limits is None or issue.rule not in limits.takes:
        return issue
    text = f"{limits.provider} takes it; elsewhere: {issue.message}"
    return replace(issue, severity="info", message=text)
