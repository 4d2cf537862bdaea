"""Requests as the citizen's app sees them. Resolvers translate; they decide nothing."""
