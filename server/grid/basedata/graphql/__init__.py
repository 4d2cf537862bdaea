"""Base data as the apps see it."""
