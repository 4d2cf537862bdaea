"""The board's share of the leader's schema."""
