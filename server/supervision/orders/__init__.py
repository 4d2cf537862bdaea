"""Supervision 督办件: instruction, sign, reply, close by the issuer."""
