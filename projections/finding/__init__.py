"""Finding: questions over the read models of search and availability; no tables of its own.

    sought → ranks → findable → candidates → priced → found

What somebody seeks; in which order, and what it costs at least; which rooms one statement lets
through; a page of them with their facts; the judgement and the price of each; and what is answered.
"""
