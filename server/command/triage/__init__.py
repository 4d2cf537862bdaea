"""Category and unit suggestion, near duplicates."""
