"""Ordered rules that send a case to a unit before the responsibility matrix is asked (分派规则)."""
