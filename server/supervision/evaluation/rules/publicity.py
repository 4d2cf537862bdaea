"""What may be told to everybody: nothing about fewer than five (re-identification)."""

LEAST_TOLD = 5


def told(n: int) -> int | None:
    """The number, or None for one to four; none at all is no group and may be told."""
    return n if n == 0 or n >= LEAST_TOLD else None
