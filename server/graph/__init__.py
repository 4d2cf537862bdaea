"""The GraphQL toolkit: knows Strawberry, knows no feature."""
