"""Indicators of today: figures, bands, cards, areas."""
