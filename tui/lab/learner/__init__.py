"""A small language model that really learns: bases, training runs, sampling.

`load_base` or `load_model` gives a `Model`; `TrainingRun` trains a copy of one, step by
step; `generate` samples from one. Nothing here knows of HTTP or of jobs.
"""

from tui.lab.learner.model.bases import load_base
from tui.lab.learner.model.sizes import BASES, CONTEXT_WINDOW, BaseSpec
from tui.lab.learner.model.weights import Model, load_model
from tui.lab.learner.sampling.generate import Piece, generate
from tui.lab.learner.template import ContextExceededError, prompt_tokens
from tui.lab.learner.training.hyperparameters import Hyperparameters, resolve_hyperparameters
from tui.lab.learner.training.run import StepMetrics, TrainingRun

__all__ = [
    "BASES",
    "CONTEXT_WINDOW",
    "BaseSpec",
    "ContextExceededError",
    "Hyperparameters",
    "Model",
    "Piece",
    "StepMetrics",
    "TrainingRun",
    "generate",
    "load_base",
    "load_model",
    "prompt_tokens",
    "resolve_hyperparameters",
]
