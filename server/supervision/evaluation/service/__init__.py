"""What is kept of evaluation: facts with every step, the frozen brief, the units' objections."""
