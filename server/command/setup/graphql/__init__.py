"""Editions as the officer's app sees them. Resolvers translate; they decide nothing."""
