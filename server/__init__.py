"""Sanwei: one backend for one grid, one window and one team."""
