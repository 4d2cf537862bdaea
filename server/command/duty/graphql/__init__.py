"""Duty's share of the officer's schema."""
