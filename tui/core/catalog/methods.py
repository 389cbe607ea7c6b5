"""Training methods, and where their hyperparameters stand in the request for a job."""

from __future__ import annotations

from typing import Literal, get_args

Method = Literal["supervised", "dpo", "reinforcement"]
METHODS: tuple[Method, ...] = get_args(Method)
# Within the method ("method"), as OpenAI has it, or at the top of the request.
HyperparameterPlace = Literal["method", "top"]
HYPERPARAMETER_PLACES: tuple[HyperparameterPlace, ...] = get_args(HyperparameterPlace)
