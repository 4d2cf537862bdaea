"""Cards' share of the schemas."""
