"""Showing: questions about one property over several read models; no tables of its own.

    facts · photos → listings → houses

What a property is, in the words that are answered; what can be seen of it; what guests read of it
while it can be found; and all that its host has said of it.
"""
