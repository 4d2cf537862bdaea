"""The city the tests of requests play in."""

from tests.city import city

__all__ = ["city"]
