"""Supervisions' share of the schemas."""
