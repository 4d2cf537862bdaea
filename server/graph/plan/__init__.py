"""Compiles a validated operation once into one Python function and runs that many times."""
