"""一网格: one grid."""
