"""What happens to requests: by citizens, at the desk, in the units, at return visits."""
