"""The city the tests of routing play in."""

from tests.city import city

__all__ = ["city"]
