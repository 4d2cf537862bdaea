"""How the store's tables came to be: Alembic's environment, one revision per change."""
