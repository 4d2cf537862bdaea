"""One adapter per outside system, each behind its own small vocabulary."""
