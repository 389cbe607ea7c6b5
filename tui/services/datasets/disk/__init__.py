"""Files of datasets on disk: read by offset, watched, and replaced in one step."""
