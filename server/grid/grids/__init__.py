"""Grid cells, and the duty and social grids made of them: as editions, from files with a declared datum."""
