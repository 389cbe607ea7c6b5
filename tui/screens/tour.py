"""The way around the circle: one line that always names the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.text.text import one_line


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of the walk: which event ends it, and what the line says meanwhile.

    `elsewhere` is what it says at another provider than lab, named by {profile}.
    """

    until: str
    text: str
    elsewhere: str = ""


LEGS: tuple[Leg, ...] = (
    Leg("tokens", "This is the sample, a row an example. Press 2 for its tokens and cost."),
    Leg("jobs", "So long is each example, so much would training cost. Press 3."),
    Leg("create_form", "Press n to make a fine-tuning job from this dataset."),
    Leg(
        "created",
        "The lab trains a small model here, free. ctrl+s creates the job.",
        "{profile} trains it{bills}: cost below. F2 and lab: free. ctrl+s creates.",
    ),
    Leg(
        "succeeded",
        "It is learning: watch the loss fall, for about half a minute.",
        "It is learning at {profile}, in its own time. The job goes on without you.",
    ),
    Leg("chat", "Done: so few are learned by heart. Press c to chat with your model."),
    Leg("chat_tuned", "Ask it something from the data, such as: Is tap water fine?"),
    Leg(
        "chat_base",
        "It learned it. esc, m: pick lab-small, the base; esc, r asks again.",
        "It learned it. esc, m: pick the base it was made from; esc, r asks again.",
    ),
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
        """The line to show with lab, or an empty string."""
        return self.line()

    def line(self, profile: str = "", *, bills: bool = False) -> str:
        """Return the line to show, for a profile other than lab if one is named."""
        if not 0 <= self.leg < len(LEGS):
            return ""
        leg = LEGS[self.leg]
        said = leg.text
        if profile and leg.elsewhere:
            name = one_line(profile, 20)
            said = leg.elsewhere.format(profile=name, bills=" and bills you" if bills else "")
        return f"{self.leg + 1}/{len(LEGS)} {said}"

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
