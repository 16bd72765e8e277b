"""One-time codes: asked for, made and sent by a queue's consumer, used up once."""
