"""The machine room the pillars share: rows, audit, timers, news, files, jobs."""
