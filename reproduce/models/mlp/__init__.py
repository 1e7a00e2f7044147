"""The paper's MLP, from scratch in NumPy: Adam, softmax, the network, its losses and its classifier (II-B.1)."""
