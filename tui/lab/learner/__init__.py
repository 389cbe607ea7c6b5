"""A small language model that really learns: bases, training runs, sampling.

`load_base` or `load_model` gives a `Model`; `TrainingRun` trains a copy of one, step by
step; `generate` samples from one. Nothing here knows of HTTP or of jobs.
"""

from .bases import load_base
from .generate import Piece, generate
from .hyperparameters import Hyperparameters, resolve_hyperparameters
from .model import Model, load_model
from .run import StepMetrics, TrainingRun
from .sizes import BASES, BaseSpec
from .template import prompt_tokens
from .tokenizer import count_tokens

__all__ = [
    "BASES",
    "BaseSpec",
    "Hyperparameters",
    "Model",
    "Piece",
    "StepMetrics",
    "TrainingRun",
    "count_tokens",
    "generate",
    "load_base",
    "load_model",
    "prompt_tokens",
    "resolve_hyperparameters",
]
