"""The way around the circle: one line that always names the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of the walk: which event ends it, and what the line says meanwhile."""

    until: str
    text: str


LEGS: tuple[Leg, ...] = (
    Leg("tokens", "This is the sample, a row an example. Press 2 for its tokens and cost."),
    Leg("jobs", "So long is each example, so much would training cost. Press 3."),
    Leg("create_form", "Press n to make a fine-tuning job from this dataset."),
    Leg("created", "The lab trains a small model here, free. ctrl+s creates the job."),
    Leg("succeeded", "It is learning: watch the loss fall, for about half a minute."),
    Leg("chat", "Done: so few are learned by heart. Press c to chat with your model."),
    Leg("chat_tuned", "Ask it something from the data, such as: Is tap water fine?"),
    Leg("chat_base", "It learned it. esc, m: pick lab-small, the base; esc, r asks again."),
    Leg("models", "The base knows nothing of it. esc, then 5, to clean up."),
    Leg("deleted", "Press d to delete your model; you will be asked to type its name."),
    Leg("", "That was the whole circle. 1, then o, opens your own data. esc ends."),
)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one is. `leg` is -1 while nobody is being led."""

    leg: int = -1

    @property
    def text(self) -> str:
        """The line to show, or an empty string."""
        if not 0 <= self.leg < len(LEGS):
            return ""
        return f"{self.leg + 1}/{len(LEGS)} {LEGS[self.leg].text}"

    @property
    def at_end(self) -> bool:
        """Whether the whole circle has been walked."""
        return self.leg == len(LEGS) - 1

    def after(self, event: str) -> Walk:
        """Return the walk after an event: on by one leg, also over legs already behind it."""
        if self.leg < 0:
            return self
        ahead = [i for i, leg in enumerate(LEGS) if i >= self.leg and leg.until == event]
        return Walk(ahead[0] + 1) if ahead else self
