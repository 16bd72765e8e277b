"""Scripts that condense public facts into the tables that the mall ships. Run by hand when the facts change."""
