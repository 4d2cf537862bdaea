"""Pure arithmetic: facts, formulas, composites, fair comparison, the words of the brief."""
