"""What is done about patrols."""
