"""The commands that several dialogs share, and the keys that widgets bind themselves."""

from __future__ import annotations

from tui.commands.command import Command

# What the widgets themselves bind (`lists` to `focus`)
# stands here for the help.
SHARED_COMMANDS = (
    Command("dialog.cancel", "escape", "Close", "Close it; nothing is done.", word="cancels"),
    Command(
        "picker.up",
        "up",
        "Up",
        "Move up in the list; the field keeps the focus.",
        first=True,
        word="move",
    ),
    Command(
        "picker.down",
        "down",
        "Down",
        "Move down in the list; the field keeps the focus.",
        first=True,
        word="move",
    ),
    # First of all: keys typed ahead then go to the field one has moved to.
    Command(
        "form.previous",
        "up",
        "Previous field",
        "Go to the previous field.",
        first=True,
        word="move",
    ),
    Command("form.next", "down", "Next field", "Go to the next field.", first=True, word="move"),
    Command("lists.up", "up,k", "Up", "Move up."),
    Command("lists.down", "down,j", "Down", "Move down."),
    Command("lists.page_up", "pageup", "Page up", "Move up by what is shown."),
    Command("lists.page_down", "pagedown", "Page down", "Move down by what is shown."),
    Command("lists.first", "home,g", "First", "Go to the first row."),
    Command("lists.last", "end,G", "Last", "Go to the last row."),
    Command("lists.choose", "enter", "Choose", "Choose the row under the cursor."),
    Command("fields.previous", "left", "Previous", "Switch to the previous choice.", word="switch"),
    Command("fields.next", "right,space", "Next", "Switch to the next choice.", word="switch"),
    Command("fold.turn", "enter,space", "Unfold or fold", "Show or hide what is folded away."),
    Command("fold.open", "right", "Unfold", "Show what is folded away."),
    Command("fold.close", "left", "Fold", "Hide it again."),
    Command("messages.up", "up,k", "Up", "Go to the previous message, or scroll in a long one."),
    Command("messages.down", "down,j", "Down", "Go to the next message, or scroll in a long one."),
    Command("messages.page_up", "pageup", "Page up", "Scroll up by what is shown."),
    Command("messages.page_down", "pagedown", "Page down", "Scroll down by what is shown."),
    Command("messages.choose", "enter", "Choose", "Choose the message, or open what was thought."),
    Command("sides.left", "left", "Left side", "Go to the preferred answer of a pair."),
    Command("sides.right", "right", "Right side", "Go to the other answer of a pair."),
    Command("bars.left", "left,h", "Left", "Go to the previous bar."),
    Command("bars.right", "right,l", "Right", "Go to the next bar."),
    Command("bars.five_left", "pageup", "Five left", "Go five bars back."),
    Command("bars.five_right", "pagedown", "Five right", "Go five bars on."),
    Command("bars.first", "home,g", "First", "Go to the first bar."),
    Command("bars.last", "end,G", "Last", "Go to the last bar."),
    Command("bars.choose", "enter", "List", "List the examples of the bar."),
    Command("statement.up", "pageup", "Read back", "Scroll what stands above the field back."),
    Command("statement.down", "pagedown", "Read on", "Scroll what stands above the field on."),
    Command("scrolling.up", "up", "Up", "Scroll up.", word="scroll"),
    Command("scrolling.down", "down", "Down", "Scroll down.", word="scroll"),
    Command("text.undo", "ctrl+z", "Undo", "Take back what was typed last.", word="undoes"),
    Command("text.redo", "ctrl+y", "Redo", "Type what was taken back again."),
    Command("focus.next", "tab", "Next", "Go to the next pane or field."),
    Command("focus.previous", "shift+tab", "Previous", "Go to the previous pane or field."),
)
