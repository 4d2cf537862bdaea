"""The grid officer's card: who looks after a cell, whether the card is his, and a word left for him."""
