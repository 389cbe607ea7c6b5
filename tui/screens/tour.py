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


_TRAINED, _ASKED = 5, 7  # the steps after those until "succeeded" and "chat_tuned"


def _leave(shown: str) -> str:
    """Return the key that makes others keys again where they would be typed: in Chat's prompt."""
    return f"{key_of('app.escape')}, " if shown == "chat" else ""


def _mode(mode: str, shown: str) -> str:
    """Return the keys that lead from the mode shown to another."""
    return f"{_leave(shown)}{key_of(f'app.mode_{mode}')}"


def _key(command_id: str, shown: str) -> str:
    """Return the key of a command with those that lead to its mode, such as "3, then n"."""
    mode = command_id.partition(".")[0]
    there = "" if shown == mode else f"{_mode(mode, shown)}, then "
    return f"{there}{key_of(command_id)}"


def steps(shown: str = "") -> tuple[Step, ...]:
    """Return what is said in a mode, with the keys in use.

    Nothing is said of how the training went: the line knows that it has ended, and no more.
    """
    row, job, form = "", "Next come the jobs.", _key("jobs.new", shown)
    if shown == "datasets":
        row = f"One example a row; {key_hint('lists.choose', 'goes')} into one. "
    elif shown == "tokens":
        job = "How long the examples are and what training would cost."
    watch = "Watch" if shown == "jobs" else f"Press {_mode('jobs', shown)} to watch"
    creates = f"{key_hint('job_form.create', 'creates')} the job"
    ask, base = "Ask", "Now "
    if shown != "chat":
        ask = base = f"Press {_mode('chat', shown)}, then "
        ask += "ask"
    base += f"{key_of('app.escape')}, {key_of('chat.model')}: pick"
    again = f"{key_of('app.escape')}, {key_hint('chat.again', 'asks again')}"
    return (
        Step("tokens", f"{row}Press {_mode('tokens', shown)} for tokens and cost."),
        Step("jobs", f"{job} Press {_mode('jobs', shown)}."),
        Step("create_form", f"Press {form} to make a fine-tuning job from this dataset."),
        Step(
            "created",
            # The form covers the second line at 80 columns.
            f"In the form ({form}) {creates}: the lab trains it here, free.",
            f"In the form ({form}) {creates}: {{profile}} trains it{{bills}}. "
            f"{key_of('app.profile')} and lab: free.",
        ),
        Step(
            "succeeded",
            f"{watch} the loss while it trains: about half a minute, with the settings offered.",
            f"{watch} the loss while {{profile}} trains, in its own time. "
            "The job goes on without you.",
        ),
        Step(
            "chat",
            f"The training is done. Press {_key('jobs.chat', shown)} to chat with the new model.",
            at=_TRAINED,
        ),
        Step(
            "chat_tuned",
            f"{ask} it something from the data (of the sample: Is tap water fine?) "
            "and see what it has learned.",
        ),
        Step(
            "chat_base",
            "Does it answer as the data does? "
            f"{base} its base (lab-small, unless you chose another); {again}.",
            f"Does it answer as the data does? {base} the base it was made from; {again}.",
            at=_ASKED,
        ),
        Step(
            "models",
            "Look at both answers: what has the training changed? "
            f"Press {_mode('models', shown)} to clean up.",
            at=_TRAINED,
        ),
        Step(
            "deleted",
            f"Press {_key('models.delete', shown)} to delete your model; you will be asked to "
            "type its name.",
        ),
        Step(
            "",
            f"That was the whole tour. {_key('datasets.open', shown)} opens your own data. "
            f"{key_hint('app.escape', 'ends it')}.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Tour:
    """How far the tour is. `step` is -1 while none is taken."""

    step: int = -1

    def line(self, shown: str, profile: str = "", *, bills: bool = False) -> str:
        """Return the line to show in a mode, for a profile other than lab if one is named."""
        every = steps(shown)
        if not 0 <= self.step < len(every):
            return ""
        step = every[self.step]
        said = step.text
        if profile and step.elsewhere:
            said = step.elsewhere.replace("{bills}", " and bills you" if bills else "")
            said = said.replace("{profile}", one_line(profile, 20))
        return f"{self.step + 1}/{len(every)} {said}"

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
