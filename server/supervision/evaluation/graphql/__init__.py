"""Evaluation in the API: rankings, the brief, the reports, the units' own boards."""
