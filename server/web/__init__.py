"""The plain-HTTP edge: auth, files, health, static clients, security headers."""
