"""The outside world behind small, typed functions: its words become ours here, and nowhere else.

A gateway keeps no state. What it tells are facts: frozen, with our money, our instants and our
words. What it does has an effect, happens under a key that was stored before, and is done through
`calls`, which knows what to do when no answer comes.
"""
