"""Finding: questions over the read models of search and availability; no tables of its own.

    sought → ranks, costs, dearest, conditions → findable → candidates → priced → found
    found → cells → clusters; visibility; units

What somebody seeks; in which order, what it costs at least and at most, and what must hold; which
rooms one statement lets through; a page of them with their facts; the judgement and the price of
each; and what is answered. Beside them: why one property can be found or not, and which units a
quote may name.
"""
