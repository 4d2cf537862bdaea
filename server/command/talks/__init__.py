"""A citizen and a dispatcher talk: handed over from the knowledge base with everything said so far."""
