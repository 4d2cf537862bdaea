"""Accounts, posts, tokens, devices."""
