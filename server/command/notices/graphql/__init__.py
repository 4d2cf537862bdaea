"""Notices as the three apps see them. Resolvers translate; they decide nothing."""
