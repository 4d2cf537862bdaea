"""消息: what a person is told of, read from the news and kept until he has read it."""
