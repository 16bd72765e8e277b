"""The state machine `order_saga`: how it is started and woken. It makes things faster; the database holds the truth."""
