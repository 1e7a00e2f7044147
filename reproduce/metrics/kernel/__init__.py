"""How MAP@R is fast, and nothing else: the numbers are those of `reproduce.metrics.definition`.

Rows are sorted by class, so that a class is one slice of columns (`layout`); a block of queries gets its squared
distances from one matrix product on centred embeddings (`keys`); "of the query's class" travels in the last bit of
each distance, so that values are sorted and no index ever moves (`sweep`); a sampled bar leaves little more than the R
nearest to sort (`nearest`); only rankings in which a tie matters are taken by expectation (`rank`, `expectation`);
blocks run on as many threads as BLAS has. Memory is that of a block, never N x N.
"""
