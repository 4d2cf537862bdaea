"""Watching the city's machinery: what is counted, traced and logged, and that no person is in any of it."""
