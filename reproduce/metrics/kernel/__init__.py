"""How MAP@R is fast, and nothing else: the numbers are those of `reproduce.metrics.definition`.

What there is to do: N queries each have N distances, of which the R + 1 smallest matter, in order, and only whether
each is of the query's class. A matrix product makes the distances; at best, all else costs little beside it. The steps,
in the order in which the data takes them:

1. `layout`. Rows are sorted by class, classes by size, so that a query's class is one slice of columns and queries with
   one R adjoin. The order depends on what the rows hold, never on where they stood: the last bit of a score does not
   change when rows are shuffled.
2. `keys`. Embeddings are centred, so that an offset costs no digit. One product of [-2x, |x|^2, 1] with [y, 1, |y|^2]
   gives a block of 512 queries their squared distances to all columns. More rows gain nothing, fewer make BLAS repack
   the columns too often. Memory is that of a block, never N x N.
3. `sweep`. A piece of the block that fits in the second-level cache is flagged: "of the query's class" goes in the
   last bit of each key. From here on values move alone; no index does, which halves the bytes and lets NumPy use its
   vectorised sorts. No key is negative, so keys are compared as integers. Blocks run on as many threads as BLAS has.
4. `nearest`. The R + 1 smallest keys of each row, sorted. NumPy's partition is quick on most processors; on those where
   it stalls, a bar set from a sample of columns leaves few more keys than are wanted. The first call tries both.
5. `rank`. AP@R from the flags. A tie matters only where it holds both kinds of image or crosses the edge at R; those
   few rankings get the exact mean over the orders of their ties (`reproduce.metrics.expectation`).
6. `decide`. float64 asks the product in float32 first. Where neighbours lie farther apart than its rounding can move
   them, by a bound that `keys.RoundedKeys` proves, the ranking is decided; the others go to the product in float64,
   kept as whole numbers of 30 bits and so ranked at float32's price; the last few go to the float64 keys themselves.
   Each way counts only where it is certain, so the score does not tell which was taken. A sample of queries tells
   which is worth taking: with few neighbours to rank float32 decides nearly all, with a thousand of them it does not.

What limits it: beside the product, a block is written to memory and read again, once, and each piece is flagged and
parted in the cache. With a thousand neighbours to rank nearly every query takes the product in float64, which costs
twice that in float32: at N = 10,000 that alone makes float64 take about 1.45 times as long. Figures of several
processors are in docs/speed.md.
"""
