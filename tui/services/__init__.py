"""Everything that waits, on disk, network or processor: async, typed, and free of any screen.

`Workspace.open()` in `tui.services.workspace` is the way in. Nothing heavy is imported
here: the client library comes in with the first request.
"""
