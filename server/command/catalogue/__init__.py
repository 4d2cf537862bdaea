"""Components, matters and filing rules, versioned."""
