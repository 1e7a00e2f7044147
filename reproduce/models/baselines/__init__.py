"""What the paper's models stand beside: pixels, colours, an untrained layer and local matching. None of them learns."""
