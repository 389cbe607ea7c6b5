"""What a training or validation file has to look like before anything is trained on it."""

from tui.lab.validation.report import FileProblem, check_file

__all__ = ["FileProblem", "check_file"]
