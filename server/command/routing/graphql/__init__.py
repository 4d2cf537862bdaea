"""What dispatchers and administrators are told of rules that no longer hold."""
