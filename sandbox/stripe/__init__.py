"""A Stripe to build against: marketplace payments with books, on one machine, without the internet.

`core/` is Stripe's behaviour without input or output; `machine.py` gives it a clock and a file;
`server.py` puts it behind HTTP (`python -m sandbox.stripe`), `inprocess.py` behind the official SDK
without any network. Code that passes here is meant to work against Stripe's own test mode.
"""
