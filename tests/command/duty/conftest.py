"""The city the tests of talks play in."""

from tests.city import city

__all__ = ["city"]
