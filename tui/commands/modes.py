"""The commands that hold everywhere, and those of the six modes."""

from __future__ import annotations

from tui.commands.command import Command

MODES: tuple[tuple[str, str, str], ...] = (
    ("1", "datasets", "Datasets"),
    ("2", "tokens", "Tokens"),
    ("3", "jobs", "Jobs"),
    ("4", "chat", "Chat"),
    ("5", "models", "Models"),
    ("6", "files", "Files"),
)

MODE_COMMANDS: tuple[Command, ...] = (
    *(
        Command(f"app.mode_{mode}", key, title, f"Go to {title}; outside text fields.")
        for key, mode, title in MODES
    ),
    Command(
        "app.help",
        "f1,question_mark",
        "Help",
        "Explain this screen and list its keys.",
        footer=True,
        in_dialogs=True,
    ),
    Command(
        "app.palette",
        "ctrl+p",
        "Commands",
        "Find any command by name.",
        footer=True,
        first=True,
        in_dialogs=True,
    ),
    Command("app.profile", "f2", "Profile", "Choose the provider to work with."),
    Command("app.guide", "f3", "Tour", "Show or hide the guided tour."),
    Command("app.escape", "escape", "Back", "Close the top layer or the error; never quits."),
    Command("app.copy", "y", "Copy", "Copy what the cursor is on, or the error shown."),
    Command(
        "app.leave",
        "ctrl+q",
        "Quit",
        "Leave; asks only when something would be lost.",
        first=True,
        in_dialogs=True,
    ),
    # No key: ctrl+z undoes. Anyone may give it one by its id.
    Command("app.suspend", "", "Suspend", "Back to the shell for a while; fg there returns."),
    Command("app.help_quit", "q,ctrl+c", "How to quit", "Say which key quits.", in_dialogs=True),
    # Datasets
    Command("datasets.open", "o", "Open", "Open a JSONL file by path, or one opened before.", True),
    Command("datasets.sample", "s", "Sample", "Open the sample and take the tour."),
    Command("datasets.edit", "e", "Edit", "Edit the text of the message under the cursor.", True),
    Command("datasets.role", "r", "Role", "Change the role of the message."),
    Command("datasets.weight", "w", "Weight", "Train this answer or leave it out (weight 0)."),
    Command("datasets.add_message", "a", "Add message", "Put a message in after this one."),
    Command("datasets.new_example", "n", "New example", "Put an empty example in after this one."),
    Command("datasets.delete", "d", "Delete", "Delete the message or example under the cursor."),
    Command("datasets.undo", "u,ctrl+z", "Undo", "Take the last change back.", True),
    Command("datasets.redo", "U,ctrl+y", "Redo", "Do the change last taken back again."),
    Command("datasets.problems", "p", "Problems", "List the problems found; enter jumps.", True),
    Command("datasets.fix", "f", "Fix", "Show what mending this problem changes, and do it."),
    Command("datasets.fix_all", "F", "Fix the rule", "The same for all problems of its rule."),
    Command("datasets.bulk", "b", "Bulk", "Work on many: replace, weights, shuffle, sort, …"),
    Command("datasets.save", "ctrl+s", "Save", "Write the file; unedited lines stay as they are."),
    Command("datasets.save_as", "S", "Save as", "Write the rows to another file."),
    Command("datasets.drop", "D", "Drop changes", "Undo every change since the last save."),
    Command("datasets.changes", "c", "Changes", "List what has changed since the last save."),
    Command("datasets.message_menu", "m", "Message", "Name, calls, images … of this message."),
    Command("datasets.example_menu", "M", "Example", "Duplicate, split, merge, tools, pair …"),
    Command("datasets.raw_menu", "E", "Raw", "Edit as raw JSON, or in $EDITOR."),
    Command("datasets.move_up", "left_square_bracket", "Up", "Move message or example up."),
    Command("datasets.move_down", "right_square_bracket", "Down", "Move message or example down."),
    Command("datasets.import_data", "i", "Import", "Bring in ShareGPT, Alpaca, CSV, Parquet, …"),
    Command("datasets.export", "x", "Export", "Export, split for validation, or compare files."),
    # The filter opens before the next key is looked at: nothing typed ahead becomes a command.
    Command(
        "datasets.filter",
        "slash",
        "Filter",
        "Show only rows that match; F1 in it: how.",
        first=True,
    ),
    Command("datasets.frequency", "t", "Table", "How often: roles, prompts, tools, endings, …"),
    Command("datasets.mark", "space", "Mark", "Mark this example for commands on several."),
    Command("datasets.mark_range", "v", "Range", "Begin or end a range of marks; v v: menu."),
    Command("datasets.near", "equals_sign", "Alike", "Duplicates, contradictions, leakage."),
    # Tokens
    Command("tokens.model", "m", "Model", "Choose the model to count and price for.", True),
    Command("tokens.compare", "c", "Compare", "Lay a second file beside the first."),
    Command("tokens.measure", "t", "Measure", "Draw the next: context, trained, messages, …", True),
    Command("tokens.measure_back", "T", "Measure back", "Draw the measure before this one."),
    Command("tokens.epochs", "e", "Epochs", "Set the number of epochs, or auto.", True),
    Command("tokens.cut", "x", "Cut", "List the examples that the training limit cuts."),
    Command("tokens.view", "v", "View tokens", "Show one example token by token.", True),
    Command("tokens.outliers", "o", "Outliers", "List the examples far longer than the others."),
    Command("tokens.scale", "a", "Log axis", "Switch the axis between linear and logarithmic."),
    Command("tokens.zoom", "z", "Zoom", "Draw the bar under the cursor finely, or all again."),
    Command("tokens.prices", "p", "Prices", "Compare all models, and what fewer examples save."),
    Command("tokens.prompts", "n", "Test prompts", "Set how many test prompts are priced."),
    Command("tokens.export", "w", "Write", "Write counts as CSV, a report, or a drawing."),
    Command("tokens.recount", "r", "Recount", "Count again from the rows as they stand."),
    # Jobs
    Command("jobs.new", "n", "New job", "Make a fine-tuning job from a dataset.", True),
    Command("jobs.refresh", "r", "Refresh", "Ask the provider now.", True),
    Command("jobs.chat", "c", "Chat", "Chat with the model this job made.", True),
    Command("jobs.events", "v", "View", "Switch: curve, events, checkpoints, settings.", True),
    Command("jobs.result", "x", "Export result", "Write the job's result CSV to a file."),
    Command("jobs.pause", "p", "Pause", "Pause a running job, or resume a paused one."),
    Command("jobs.cancel", "d", "Cancel job", "Stop the job for good; asks first."),
    Command("jobs.again", "R", "Make again", "The form with this job's settings and seed."),
    Command("jobs.mark", "space", "Overlay", "Draw this job over the curves of the others."),
    Command("jobs.step_back", "left", "Step back", "Read the curve's values, a step back."),
    Command("jobs.step_on", "right", "Step on", "Read the curve's values, a step on."),
    Command("jobs.zoom", "z", "Zoom", "Draw the half of the curve around the cursor."),
    Command("jobs.zoom_out", "Z", "All steps", "Draw the whole curve again, without a cursor."),
    Command("jobs.log", "l", "Log axis", "Switch the axis between linear and logarithmic."),
    Command("jobs.smooth", "s", "Smooth", "Smooth the training line more, or not at all."),
    Command("jobs.measure", "a", "Measure", "Draw losses or accuracies."),
    Command("jobs.levels", "f", "Filter", "Events: no steps, all, warnings, errors."),
    Command("jobs.write", "w", "Write", "Write steps or events as CSV or JSON lines."),
    Command("jobs.ids", "Y", "Copy a name", "Copy the id of job, model, file or checkpoint."),
    # Chat
    Command("chat.model", "m", "Model", "Choose a model, or type the id of any.", True),
    Command("chat.prompt", "i", "Prompt", "Go to the prompt and type.", True),
    Command("chat.system", "s", "System", "Set the system prompt; empty is none.", True),
    Command("chat.settings", "t", "Settings", "Set temperature, length and seed."),
    Command(
        "chat.again", "r", "Ask again", "Ask the last question again, of the model now chosen."
    ),
    Command("chat.raw", "v", "Raw text", "Show Markdown as it is written, or laid out again."),
    Command(
        "chat.clear", "n", "New chat", "Start anew; once more brings the last chat back.", True
    ),
    # Models
    Command(
        "models.delete",
        "d",
        "Delete",
        "Delete what is marked, or this; a word must be typed.",
        True,
    ),
    Command("models.mark", "space", "Mark", "Mark models to delete several at once."),
    Command("models.chat", "c", "Chat", "Chat with this model.", True),
    Command("models.all", "t", "Tuned or all", "Switch between fine-tuned and all models.", True),
    Command("models.refresh", "r", "Refresh", "Ask the provider now.", True),
    # Files
    Command("files.upload", "u", "Upload", "Send a file of this machine to the provider.", True),
    Command("files.delete", "d", "Delete", "Delete what is marked, or this; stop an upload.", True),
    Command("files.prune", "p", "Prune", "Clean up: old files, and those no job uses.", True),
    Command("files.download", "x", "Download", "Write this file to this machine."),
    Command("files.train", "n", "New job", "Make a job that trains on this file."),
    Command("files.mark", "space", "Mark", "Mark files to delete several at once."),
    Command("files.mark_range", "v", "Range", "Begin or end a range of marks; v v: menu."),
    Command("files.refresh", "r", "Refresh", "Ask the provider now.", True),
)
