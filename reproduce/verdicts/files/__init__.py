"""Read and check the TOML files beside the claims: the paper's lines, the settings, the findings."""
