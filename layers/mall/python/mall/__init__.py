"""The mall's own code, imported by every Lambda function and by the tests.

The modules of this package are what every subsystem stands on; each subsystem is a package of its own below it
(`mall.users`, …) with the modules `model`, `schemas`, `store` and `service`.
"""

import gc

from mall import config as config  # first, since it settles what libraries look for when they are imported

# Imports make hundreds of thousands of objects and hardly any garbage: looking for it less often makes a cold start
# that loads SQLAlchemy about a seventh faster.
gc.set_threshold(50_000, 20, 100)
