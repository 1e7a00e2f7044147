"""Score what needs no training: pixels, colours, edges, an untrained layer, one example of each animal."""
