"""The city the tests of the knowledge base play in."""

from tests.city import city

__all__ = ["city"]
