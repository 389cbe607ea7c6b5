"""The commands of dialogs.

`word` is what the line of keys at the foot of a dialog says; a dialog may say it otherwise.
"""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.model_dialogs import MODEL_DIALOGS
from tui.commands.shared import SHARED_COMMANDS

_QUESTIONS = (
    Command("confirm.yes", "y,enter", "Yes", "Do what is asked about.", word="yes", answers=True),
    Command("confirm.no", "n", "No", "Do not.", word="no", answers=True),
    Command("go_on.yes", "y", "Yes", "Do what is asked about.", word="yes", answers=True),
    Command("go_on.no", "enter,n", "No", "Go back; nothing is done.", word="no", answers=True),
    Command(
        "typed.go_on",
        "enter",
        "Go on",
        "Go on, if that is what was asked for.",
        first=True,
        word="goes on",
    ),
    Command(
        "amount.go_on",
        "enter",
        "Go on",
        "Go on, if an amount is typed.",
        first=True,
        word="goes on",
    ),
    Command(
        "choose.take",
        "enter",
        "Choose",
        "Choose what the cursor is on.",
        first=True,
        word="chooses",
    ),
    Command(
        "path.complete",
        "tab",
        "Complete",
        "Put the path under the cursor into the field.",
        first=True,
        word="completes",
    ),
    Command(
        "path.take",
        "enter",
        "Take",
        "Take the path typed, else the one under the cursor.",
        first=True,
        word="opens",
    ),
    Command("log.level", "l", "Level", "Show only more severe entries, then all.", word="level"),
    Command("log.copy", "y", "Copy", "Copy the entry under the cursor.", word="copies"),
    Command("log.copy_all", "Y", "Copy all", "Copy all entries shown.", word="all"),
    Command("help.close", "f1,q,question_mark", "Close", "Close the help."),
    Command("keys.change", "enter", "Change", "Press another key.", first=True, word="changes"),
    Command(
        "keys.add", "ctrl+n", "One more", "Press a key in addition.", first=True, word="one more"
    ),
    Command(
        "keys.reset",
        "ctrl+r",
        "Reset",
        "Go back to the keys of the set.",
        first=True,
        word="resets",
    ),
    Command(
        "keys.take_away", "ctrl+d", "No key", "Remove all its keys.", first=True, word="no key"
    ),
    Command(
        "keys.choose_set",
        "ctrl+t",
        "Set",
        "Choose a set: standard, vim, emacs.",
        first=True,
        word="set",
    ),
    Command("key_press.keep", "enter", "Keep", "Keep the key shown.", first=True, word="keeps"),
    Command("line.keep", "enter", "Keep", "Keep the line.", first=True, word="keeps"),
)

_DATASETS = (
    Command("editor.keep", "ctrl+s", "Keep", "Keep the text and leave.", first=True, word="keeps"),
    # A text area in which tab indents would keep esc for itself.
    Command(
        "editor.leave",
        "escape",
        "Leave",
        "Leave; asks when something was typed.",
        first=True,
        word="leaves",
    ),
    Command(
        "too_long.outside",
        "e",
        "Edit in $EDITOR",
        "Edit the whole text in $EDITOR.",
        first=True,
        word="edits it in $EDITOR",
    ),
    Command("call.keep", "ctrl+s", "Keep", "Keep the call and leave.", first=True, word="keeps"),
    Command(
        "call.leave",
        "escape",
        "Leave",
        "Leave; asks when something was typed.",
        first=True,
        word="leaves",
    ),
    Command("changes.go", "enter", "Go there", "Go to the example.", word="goes there"),
    Command(
        "changes.put_back",
        "b",
        "Put back",
        "Put the example back as it was saved.",
        word="puts it back as saved",
    ),
    Command(
        "changes.scroll_up",
        "left_square_bracket,shift+up",
        "Scroll up",
        "Scroll up in what changed.",
        word="scroll",
    ),
    Command(
        "changes.scroll_down",
        "right_square_bracket,shift+down",
        "Scroll down",
        "Scroll down in what changed.",
        word="scroll",
    ),
    Command(
        "before_after.yes",
        "enter,y",
        "Do it",
        "Do what is shown.",
        first=True,
        word="does it",
        answers=True,
    ),
    Command("before_after.no", "n", "Leave it", "Close it; nothing is changed.", answers=True),
    Command(
        "before_after.previous",
        "left,left_square_bracket",
        "Previous",
        "Show the previous example.",
        first=True,
        word="other examples",
    ),
    Command(
        "before_after.next",
        "right,right_square_bracket",
        "Next",
        "Show the next example.",
        first=True,
        word="other examples",
    ),
    Command(
        "bulk.preview", "enter", "Preview", "Show what would change.", first=True, word="previews"
    ),
    # The field asks for these itself: bindings run later than the letters typed after them.
    Command("filter.keep", "enter", "Keep", "Keep the filter and go to the list."),
    Command("filter.leave", "escape", "Leave", "Leave the filter: show all rows again."),
    Command("filter.recall", "down", "Recall", "List saved and recent filters."),
    Command("filter.save", "ctrl+s", "Save", "Save the filter; once more forgets it."),
    Command(
        "frequency.previous",
        "left",
        "Previous",
        "Count the previous property.",
        first=True,
        word="property",
    ),
    Command(
        "frequency.next", "right", "Next", "Count the next property.", first=True, word="property"
    ),
    Command("frequency.menu", "m", "Menu", "Choose the property from a list.", word="menu"),
    Command(
        "frequency.show",
        "enter",
        "Show",
        "Show the examples with this value.",
        word="shows the examples",
    ),
    Command("frequency.close", "t,q", "Back", "Close the table."),
    Command(
        "near.keep_first",
        "f",
        "Keep the first",
        "Delete what is like the first.",
        word="keep first",
    ),
    Command(
        "near.keep_this", "t", "Keep this one", "Delete all others of the group.", word="keep this"
    ),
    Command(
        "near.delete_this",
        "d",
        "Delete this one",
        "Delete the example under the cursor.",
        word="delete",
    ),
    Command(
        "near.delete_group",
        "x",
        "Delete the group",
        "Delete all examples of the group.",
        word="all",
    ),
    Command("near.leave", "a", "Leave all", "Leave the group as it is.", word="leave"),
    Command(
        "near.all_groups",
        "A",
        "Every group",
        "Keep the first of each group; shows counts first.",
        word="every group",
    ),
    Command("near.undo", "u", "Undo", "Take the last change back.", word=""),
    Command("near.redo", "U", "Redo", "Do the change last taken back again."),
    Command("near.go", "enter", "Go there", "Go into the group, or to the example."),
    Command(
        "near.other_pane", "tab", "Other pane", "From groups to members to the text.", first=True
    ),
    Command("conversion.go_on", "enter", "Go on", "Do what is named first.", first=True, word=""),
    Command("conversion.write", "n", "Write", "Write the examples to a file.", word="writes"),
    Command(
        "conversion.append",
        "a",
        "Append",
        "Put the examples at the end of the open file.",
        word="appends",
    ),
    Command("conversion.format", "f", "Format", "Choose another format.", word="format"),
    Command("conversion.encoding", "e", "Encoding", "Read the text otherwise.", word="encoding"),
    Command("conversion.rows", "r", "Rows", "Say which rows become examples.", word="rows"),
    Command("conversion.columns", "c", "Columns", "Say which column holds what.", word="columns"),
    Command(
        "conversion.write_lost",
        "w",
        "Write what is lost",
        "Write a list of dropped rows and of what was left out.",
        word="writes a list of what is lost",
    ),
    Command(
        "conversion.next_view",
        "tab",
        "Next view",
        "Examples, dropped rows, remarks.",
        first=True,
        word="looks further",
    ),
    Command(
        "conversion.previous_view", "shift+tab", "Previous view", "The previous view.", first=True
    ),
    Command(
        "conversion.previous",
        "left,left_square_bracket",
        "Previous",
        "Show the previous example.",
        first=True,
    ),
    Command(
        "conversion.next",
        "right,right_square_bracket",
        "Next",
        "Show the next example.",
        first=True,
    ),
    Command(
        "columns.say",
        "enter",
        "Say",
        "Say what the column under the cursor holds.",
        word="says what it holds",
    ),
    Command(
        "columns.done", "ctrl+s", "Go on", "Go on with these columns.", first=True, word="goes on"
    ),
    Command(
        "rows.preview",
        "enter",
        "Preview",
        "Show what would be imported.",
        first=True,
        word="previews",
    ),
    Command(
        "split.preview",
        "enter,ctrl+s",
        "Preview",
        "Show what the split would do.",
        first=True,
        word="previews",
        answers=True,
    ),
    Command("diff.go", "enter", "Go there", "Go to the example.", word="goes there"),
)

_TOKENS = (
    Command("pieces.ids", "i", "Ids", "Show or hide the ids of the tokens.", word="ids"),
    Command(
        "pieces.copy",
        "y",
        "Copy",
        "Copy the text that is cut, or else the whole text.",
        word="copies",
    ),
    Command("pieces.close", "v,q", "Close", "Close it."),
    Command("prices.prompts", "n", "Test prompts", "Set how many test prompts are priced."),
    Command("prices.close", "p,q", "Close", "Close it."),
    Command(
        "epochs.take",
        "enter",
        "Take",
        "Take the number; nothing typed is auto.",
        first=True,
        word="takes it, empty is auto",
    ),
    Command("prompts.take", "enter", "Take", "Take the number.", first=True, word="takes it"),
)

_OTHERS = (
    Command(
        "job_form.create",
        "ctrl+s",
        "Create",
        "Create the job, after what it asks about.",
        first=True,
        word="creates",
    ),
    Command(
        "job_form.choose", "enter", "Choose", "Choose from a list, or go on to the next field."
    ),
    Command(
        "job_form.presets",
        "ctrl+t",
        "Presets",
        "Take, save or delete settings by a name.",
        first=True,
        word="presets",
    ),
    Command(
        "job_form.uploaded",
        "ctrl+o",
        "Uploaded files",
        "Choose an uploaded file.",
        first=True,
        word="uploaded files",
    ),
    Command("job_form.copy_error", "y", "Copy the error", "Copy the error shown."),
    Command(
        "move_report.go",
        "enter",
        "Go on",
        "Go to the form of the job at the other profile.",
        first=True,
        word="goes on to the form there",
    ),
    Command(
        "all_jobs.go",
        "enter",
        "Go there",
        "Go to the job, with its profile.",
        first=True,
        word="goes to the job",
    ),
    *(
        Command(
            f"{dialog}.failures",
            "ctrl+o",
            "Failures",
            "Show the whole of why profiles could not be asked.",
            first=True,
            word="failures",
        )
        for dialog in ("all_jobs", "all_models")
    ),
    Command(
        "all_models.go",
        "enter",
        "Go there",
        "Go to the model, with its profile.",
        first=True,
        word="goes to the model",
    ),
    Command("lineage.open", "enter", "Open", "Open it where it belongs.", word="opens it"),
    Command("profiles.use", "enter", "Use", "Go on with the profile.", first=True, word="uses"),
    Command("profiles.add", "ctrl+n", "Add", "Add a profile.", first=True, word="adds"),
    Command("profiles.edit", "ctrl+e", "Edit", "Change the profile.", first=True, word="edits"),
    Command(
        "profiles.rename",
        "ctrl+r",
        "Rename",
        "Give the profile another name; what is known of its jobs, files and chats follows.",
        first=True,
        word="renames",
    ),
    Command(
        "profiles.test",
        "ctrl+t",
        "Test",
        "Ask its provider whether it answers and what it offers; reads only.",
        first=True,
        word="tests",
    ),
    Command(
        "profiles.remove",
        "ctrl+d",
        "Remove",
        "Take the profile out of the configuration.",
        first=True,
        word="removes",
    ),
    Command(
        "profile_form.save",
        "ctrl+s",
        "Save",
        "Write the profile into the configuration.",
        first=True,
        word="saves",
    ),
    Command(
        "profile_form.test",
        "ctrl+t",
        "Test now",
        "Ask the provider with what is typed; nothing is written.",
        first=True,
        word="tests it now",
    ),
    Command(
        "profile_form.choose",
        "enter",
        "Choose",
        "Choose the provider from a list, or go on to the next field.",
    ),
    Command("key.take", "enter", "Take", "Use the key for this run.", first=True, word="uses it"),
    Command("prompt.send", "enter", "Send", "Send what is typed.", footer=True, word="sends"),
    Command("prompt.new_line", "ctrl+j", "New line", "Put a line break in.", word="new line"),
    Command(
        "prompt.recall",
        "up",
        "Recall",
        "Bring the last question back into an empty prompt.",
        word="last question",
    ),
    Command("chats.open", "enter", "Open", "Open the chat.", first=True, word="opens"),
    Command("chats.rename", "ctrl+r", "Rename", "Rename the chat.", first=True, word="renames"),
    Command(
        "chats.export",
        "ctrl+e",
        "Export",
        "Write the chat as Markdown or a line of a dataset.",
        first=True,
        word="exports",
    ),
    Command("chats.delete", "ctrl+d", "Delete", "Delete the chat.", first=True, word="deletes"),
    Command(
        "compare_run.take",
        "ctrl+s,enter",
        "Ask",
        "Ask, unless something is wrong.",
        first=True,
        word="asks",
        answers=True,
    ),
    Command(
        "parameters.take", "enter", "Take", "Take the parameters.", first=True, word="takes them"
    ),
    Command(
        "prune.orphans",
        "tab",
        "Orphans or all",
        "Only files no job uses, or all not in use.",
        first=True,
        word="orphans or all",
    ),
    Command(
        "prune.go_on", "enter", "Go on", "Go on to confirm.", first=True, word="goes on to confirm"
    ),
)

DIALOG_COMMANDS: tuple[Command, ...] = (
    *(*SHARED_COMMANDS, *_QUESTIONS, *_DATASETS, *_TOKENS),
    *(*MODEL_DIALOGS, *_OTHERS),
)
