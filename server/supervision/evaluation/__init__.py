"""Evaluation 评价: facts of every order, rates and composites, and how units are compared fairly."""
