"""The tests. Imported before any of them, and so before numpy."""

import os
import sys

# Hundreds of processes are started: were nothing kept, each would compile again what it imports,
# and every worker all the tests, which is a third of what the tests cost.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# As in the lab's own processes: a second BLAS thread on a busy machine only spins.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
