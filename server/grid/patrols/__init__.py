"""Patrols: plans, the day's tasks and their points, tracks, coverage."""
