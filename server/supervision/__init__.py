"""The leader's view across pillars."""
