"""What runs the experiments: the plan, one cell, the pools on cores, a GPU or Dask, and the tiers."""
