"""CitizenRequest 诉求件: what a citizen asked for, and the answer."""
