"""Patrols' share of the schemas."""
