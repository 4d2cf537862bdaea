"""The city, with everybody in his post."""

from tests.city import city

__all__ = ["city"]
