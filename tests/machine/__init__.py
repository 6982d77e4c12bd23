"""The random machine: all aggregates together, through whatever may happen to a marketplace.

A seed decides everything: which moves are made and which faults strike. After each step the audit's
rules read what is new; at the end everything is healed, comes to rest, and is counted.
"""
