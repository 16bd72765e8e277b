"""The mall's own code, imported by every Lambda function and by the tests.

The modules of this package are what every subsystem stands on; each subsystem is a package of its own below it
(`mall.users`, …) with the modules `model`, `schemas`, `store` and `service`.
"""

import gc

from mall import config as config  # first, since it settles what libraries look for when they are imported

# Imports make up to two hundred thousand objects and hardly any garbage. Looking for it only after more than that makes
# a cold start a tenth faster, and lets at most some 30 MB of it lie.
gc.set_threshold(250_000, 20, 100)
