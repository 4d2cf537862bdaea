"""The dispatch platform (指挥平台): every pillar uses it, it knows no pillar."""
