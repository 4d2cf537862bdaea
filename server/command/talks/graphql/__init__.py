"""Talks as GraphQL, for both ends of the line."""
