"""The knowledge base as GraphQL: answers for citizens, the editing desk for dispatchers."""
