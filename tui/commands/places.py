"""Descriptions of every screen, dialog and field, for help and screens.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A screen, a dialog or a kind of widget: where a command works.

    `mode` is the mode it belongs to, or "app" for what belongs to all of them.
    """

    where: str
    title: str
    about: str
    mode: str


_MODES = (
    Place(
        "datasets",
        "Datasets",
        "Open a JSONL dataset, read its examples as conversations, repair and edit them. "
        "Every edit is kept in a journal at once; the file itself changes when you save.",
        "datasets",
    ),
    Place(
        "tokens",
        "Tokens",
        "How long every example is, what of it is trained, and what a fine-tune would cost "
        "with the model chosen. Counted on this machine; nothing is sent.",
        "tokens",
    ),
    Place(
        "jobs",
        "Jobs",
        "Fine-tuning jobs of this profile, live. Make one from a dataset, watch its loss, "
        "then chat with the model it made.",
        "jobs",
    ),
    Place(
        "chat",
        "Chat",
        "Talk to a base model, a fine-tuned one or a checkpoint. enter sends, esc stops an "
        "answer or leaves the prompt.",
        "chat",
    ),
    Place(
        "models",
        "Models",
        "All models this profile has or had: what became of each, where they come from, until "
        "when they live, and deleting them.",
        "models",
    ),
    Place(
        "files",
        "Files",
        "The files uploaded with this profile and the jobs that use them. Send one, go on "
        "with an upload that was cut off (enter on it), fetch one back, and clean up what no job "
        "uses.",
        "files",
    ),
    Place(
        "compare",
        "Compare",
        "One prompt to up to four models, or to one asked in several ways, side by side: what "
        "differs, how long, how fast, at what price, and who wins.",
        "compare",
    ),
)

_SHARED = (
    Place("dialog", "Every dialog", "Closed with esc, without an answer.", "app"),
    Place("confirm", "Question", "Asks for a yes or a no. Nothing is done before the yes.", "app"),
    Place(
        "go_on",
        "Question of consequence",
        "Asks about what costs money or cannot be undone: the answer is no unless y is pressed.",
        "app",
    ),
    Place(
        "typed",
        "Typed confirmation",
        "Says what will happen and asks for a word to be typed; nothing else lets it happen.",
        "app",
    ),
    Place(
        "amount",
        "Typed amount",
        "Says what will happen and asks for the most it may cost.",
        "app",
    ),
    Place("choose", "Choice", "Choose from a list, which narrows as you type.", "app"),
    Place(
        "path",
        "Path",
        "Choose a file, or name one to write: files opened before, then what fits the path.",
        "app",
    ),
    Place(
        "log",
        "Log",
        "What the program has logged, the newest last: requests that change something, errors, "
        "warnings. Keys are masked. FINETUI_LOG=debug logs every request.",
        "app",
    ),
    Place("details", "Details", "All that is known of one thing, to be read.", "app"),
    Place("help", "Help", "What a screen or dialog is for, and its keys.", "app"),
    Place("line", "Line editor", "Edit one line of text, such as a name.", "app"),
    Place(
        "profiles",
        "Profiles",
        "The providers to talk to: which there are, where their keys are, whether they answer. "
        "Switching names what is under way and asks.",
        "app",
    ),
    Place(
        "profile_form",
        "Profile",
        "Which provider, where it is, and where its key is. It can be tested before it is "
        "written; comments and order of the configuration file stay.",
        "app",
    ),
    Place(
        "keys",
        "Keys",
        "All commands with their keys, those of the mode you came from first; what is typed "
        "narrows the list. A change is written to the configuration at once.",
        "app",
    ),
    Place(
        "key_press",
        "Press a key",
        "The key pressed becomes that of the command, once it is kept. Clashes are told before.",
        "app",
    ),
    Place(
        "key", "Key", "A key typed for this run: kept in memory, shown and written nowhere.", "app"
    ),
    Place("picker", "List below a field", "The list moves while the field is typed in.", "app"),
    Place("statement", "Long statements", "What is said above a field, where it is long.", "app"),
    Place("form", "Forms", "Fields below each other.", "app"),
)

_OF_MODES = (
    Place(
        "editor",
        "Text editor",
        "Edit a text. What is typed is kept on disk until you leave, whatever ends the program.",
        "datasets",
    ),
    Place("too_long", "Long text", "The beginning of a text too long to edit here.", "datasets"),
    Place(
        "call",
        "Call editor",
        "A tool call's name, id and arguments, checked as JSON while they are typed.",
        "datasets",
    ),
    Place(
        "changes",
        "Changes",
        "The examples that have changed since the save, with what changed in each.",
        "datasets",
    ),
    Place(
        "before_after",
        "Before and after",
        "What a change would do: counts, and examples before and after. Nothing is done yet.",
        "datasets",
    ),
    Place(
        "bulk", "Bulk operation", "What an operation on many examples needs to know.", "datasets"
    ),
    Place(
        "filter",
        "Filter field",
        "Shows only rows that match; the list follows as you type.",
        "datasets",
    ),
    Place(
        "frequency",
        "Frequency table",
        "How often each value of a property occurs.",
        "datasets",
    ),
    Place(
        "near",
        "Alike",
        "Groups of examples that are alike or contradict each other, the members of one group, "
        "and how they differ word by word.",
        "datasets",
    ),
    Place(
        "conversion",
        "Preview of a conversion",
        "What an import or export would write: examples, dropped rows, remarks. Nothing is "
        "written yet.",
        "datasets",
    ),
    Place("columns", "Columns", "Which column of a table holds what.", "datasets"),
    Place(
        "rows",
        "Rows of an import",
        "Which keys may go, what to ask where a prompt is empty, and what becomes of answers "
        "judged bad.",
        "datasets",
    ),
    Place(
        "split",
        "Split",
        "How many examples go into a validation file, and what stays together.",
        "datasets",
    ),
    Place(
        "diff",
        "Comparison",
        "Two datasets compared by example, and one change word by word.",
        "datasets",
    ),
    Place("pieces", "Token by token", "One example with the end of every token.", "tokens"),
    Place("prices", "Prices", "What a job with this file costs with every model.", "tokens"),
    Place("epochs", "Epochs", "How often training goes through the file.", "tokens"),
    Place("prompts", "Test prompts", "How many test prompts are priced.", "tokens"),
    Place(
        "job_form",
        "New job",
        "What a fine-tuning job is made of, what is wrong with it, and what it would do. "
        "Nothing is sent before ctrl+s.",
        "jobs",
    ),
    Place("prompt", "Prompt", "Where the question is typed.", "chat"),
    Place(
        "chats",
        "Saved chats",
        "The chats saved with this profile, the one used last first; what is typed is looked for "
        "in titles and texts.",
        "chat",
    ),
    Place(
        "move_report",
        "Move a model",
        "What becomes of a tuned model's job at another profile: its data, what is carried and "
        "converted, what is not and why, and what it cost. Nothing is done yet.",
        "models",
    ),
    Place(
        "all_jobs",
        "Jobs of all profiles",
        "The jobs of every profile, newest first, each with its profile. Each provider is asked "
        "with its own key; of one that cannot be asked those seen last are listed.",
        "jobs",
    ),
    Place(
        "running",
        "What runs",
        "What serves models, what it costs by the hour and has cost so far, what costs most first. "
        "It is stopped, scaled to zero or deleted after a typed word, where the provider offers "
        "that.",
        "models",
    ),
    Place(
        "keep_best",
        "Keep the best checkpoints",
        "Which checkpoints would be deleted and which stay, the best first: what is deployed, "
        "trained on or of unknown measure stays.",
        "jobs",
    ),
    Place(
        "all_models",
        "Models of all profiles",
        "The fine-tuned models of every profile, newest first, each with its profile; those that "
        "are gone too. Each provider is asked with its own key; of one that cannot be asked those "
        "seen before are listed.",
        "models",
    ),
    Place(
        "lineage",
        "Lineage",
        "From dataset to file, job, checkpoints and model, to the models tuned from it, what "
        "serves it, chats and comparisons.",
        "models",
    ),
    Place("parameters", "Parameters", "What the model is asked with.", "chat"),
    Place(
        "compare_run",
        "Ask every prompt",
        "How many prompts of a dataset are asked, how often, how many at a time, and what it "
        "may cost. Every answer is kept at once: a run that was broken off goes on where it was.",
        "compare",
    ),
    Place(
        "earlier_runs",
        "Earlier runs",
        "The runs and recordings of this profile, the latest first. One is opened, or deleted from "
        "this machine.",
        "compare",
    ),
    Place(
        "prune_models",
        "Clean up models",
        "Which models nobody has used for that long, and why each of the others stays. Nothing is "
        "deleted before a word is typed.",
        "models",
    ),
    Place("prune", "Clean up", "Which uploaded files would be deleted.", "files"),
)

# What widgets bind themselves, for help: a test compares it with the widgets.
_WIDGETS = (
    Place("lists", "Lists", "In a list.", "app"),
    Place("fields", "Fields of choices", "In a field of a few choices.", "app"),
    Place("fold", "Folds", "On a line that folds others away.", "app"),
    Place("messages", "Messages", "In a conversation.", "app"),
    Place("sides", "Sides", "Where two answers stand side by side.", "app"),
    Place("bars", "Bars", "In a histogram.", "app"),
    Place("scrolling", "Texts", "In a text that is longer than its place.", "app"),
    Place("text", "Text fields", "In a field of many lines.", "app"),
    Place("focus", "Panes", "From one pane or field to the next.", "app"),
)

PLACES: dict[str, Place] = {
    place.where: place for place in (*_MODES, *_SHARED, *_OF_MODES, *_WIDGETS)
}
OF_WIDGETS = frozenset(place.where for place in _WIDGETS)


def place_title(where: str) -> str:
    """Return what a place is called in lists of commands."""
    return PLACES[where].title if where in PLACES else "Everywhere"
