"""Nouns that orders, requests and supervisions show alike."""
