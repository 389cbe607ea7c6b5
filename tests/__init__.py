"""The tests. Imported before any of them, and so before numpy."""

import os

# As in the lab's own processes: a second BLAS thread on a busy machine only spins.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
