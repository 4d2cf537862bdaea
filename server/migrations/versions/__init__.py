"""The revisions, oldest first by date in the name."""
