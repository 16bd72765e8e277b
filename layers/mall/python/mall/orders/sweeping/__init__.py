"""The sweep: what is due and was done neither by a timer nor by a workflow, on every shard, every minute.

Each deadline is acted on in the version in which it was claimed; who was postponed or met meanwhile is left alone. What
fails comes again, with growing pauses. A trade is never cancelled without asking `payments` for its money first.
"""
