"""Which pages have to be rendered, and when: each is asked for once, however many changes ask for it."""
