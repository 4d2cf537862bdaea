"""What the city answers to questions, and on what it rests: written by one person, published by another."""
