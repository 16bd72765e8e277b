"""The steps of imports and exports, as their queues start them. Each may come again; what is done stays done."""
