"""The city the tests of work orders play in."""

from tests.city import city

__all__ = ["city"]
