"""帮家人办: one citizen files and follows cases for another, until either ends it."""
