"""Grid cells as the officer app sees them."""
