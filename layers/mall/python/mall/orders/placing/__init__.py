"""Placing an order: what was quoted is quoted again, written down as a trade with its orders, and the saga started.

The client says which total it has seen (`expected_total`). When anything is different now, nothing is ordered and it is
told what (`CartChanged`). One transaction writes the trade, its orders, lines, discounts, history, deadline and news;
the saga is started after its commit, and by the sweep if that fails.
"""
