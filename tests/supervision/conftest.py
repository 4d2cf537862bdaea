"""The city the tests of supervision play in."""

from tests.city import city

__all__ = ["city"]
