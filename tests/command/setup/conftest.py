"""The city the tests of editions play in."""

from tests.city import city

__all__ = ["city"]
