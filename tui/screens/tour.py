"""The guided tour: one line that always names the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from tui.commands import key_hint, key_of
from tui.core.text.text import one_line


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour: which event completes it, and what the line says until then.

    `elsewhere` is what it says at another provider than lab, named by {profile}.
    """

    until: str
    text: str
    elsewhere: str = ""
    at: int = 0  # the step from which on it counts: before, there is nothing to do it with


def _esc() -> str:
    return key_of("app.escape")


def _jobs() -> str:
    return key_of("app.mode_jobs")


def _profile() -> str:
    return key_of("app.profile")


def _creates() -> str:
    return key_hint("job_form.create", "creates")


def _model() -> str:
    return f"{_esc()}, {key_of('chat.model')}"


def _again() -> str:
    return f"{_esc()}, {key_hint('chat.again', 'asks again')}"


_TRAINED, _ASKED = 5, 7  # the steps after those until "succeeded" and "chat_tuned"


def steps() -> tuple[Step, ...]:
    """Return what is said, with the keys in use."""
    return (
        Step(
            "tokens",
            f"One example a row; {key_hint('lists.choose', 'goes')} into one. "
            f"Press {key_of('app.mode_tokens')} for tokens and cost.",
        ),
        Step("jobs", f"How long the examples are and what training would cost. Press {_jobs()}."),
        Step(
            "create_form",
            f"Press {key_of('jobs.new')} to make a fine-tuning job from this dataset.",
        ),
        Step(
            "created",
            f"The lab trains a small model here, free. {_creates()} the job.",
            f"{{profile}} trains it{{bills}}: cost below. {_profile()} and lab: free. "
            f"{_creates()}.",
        ),
        Step(
            "succeeded",
            "It is learning: watch the loss fall, for about half a minute.",
            "It is learning at {profile}, in its own time. The job goes on without you.",
        ),
        Step(
            "chat",
            "Done: it has memorised these few examples. "
            f"Press {key_of('jobs.chat')} to chat with it.",
            at=_TRAINED,
        ),
        Step("chat_tuned", "Ask it something from the data, such as: Is tap water fine?"),
        Step(
            "chat_base",
            f"It learned it. {_model()}: pick lab-small, the base; {_again()}.",
            f"It learned it. {_model()}: pick the base it was made from; {_again()}.",
            at=_ASKED,
        ),
        Step(
            "models",
            f"The base knows nothing of it. {_esc()}, then {key_of('app.mode_models')}, "
            "to clean up.",
            at=_TRAINED,
        ),
        Step(
            "deleted",
            (
                f"Press {key_of('models.delete')} to delete your model; you will be asked to "
                "type its name."
            ),
        ),
        Step(
            "",
            f"That was the whole tour. {key_of('app.mode_datasets')}, then "
            f"{key_of('datasets.open')}, opens your own data. {key_hint('app.escape', 'ends it')}.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Tour:
    """How far the tour is. `step` is -1 while none is taken."""

    step: int = -1

    @property
    def text(self) -> str:
        """The line to show with lab, or an empty string."""
        return self.line()

    def line(self, profile: str = "", *, bills: bool = False) -> str:
        """Return the line to show, for a profile other than lab if one is named."""
        if not 0 <= self.step < len(steps()):
            return ""
        step = steps()[self.step]
        said = step.text
        if profile and step.elsewhere:
            name = one_line(profile, 20)
            said = step.elsewhere.format(profile=name, bills=" and bills you" if bills else "")
        return f"{self.step + 1}/{len(steps())} {said}"

    @property
    def at_end(self) -> bool:
        """Whether the last step is reached."""
        return self.step == len(steps()) - 1

    def after(self, event: str) -> Tour:
        """Return the tour after an event: one step on, also past steps completed already."""
        if self.step < 0:
            return self
        ahead = [
            i for i, step in enumerate(steps()) if i >= self.step >= step.at and step.until == event
        ]
        return Tour(ahead[0] + 1) if ahead else self
