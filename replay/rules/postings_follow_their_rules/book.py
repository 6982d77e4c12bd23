"""The posting rules as finance writes them (spec: money, section 12): a table per rule and version.

A line is a side, an account, what the account is kept by, and an amount in letters.
"""

# T: what the guest pays. h: the host's part of it. g, o: the platform's fees from guest and host.
# In the currency that the processor settled in: s: the gross that it holds for T. p: the fee that
# it keeps of it. r: what giving T back took. b: what the deal's position was opened at, or s.
# v: the tax on what the platform earns. x: all other taxes, z: those that have left already.
# c: the platform's coupon. d: what of h the host owes, because it was paid out. B: h+g+o+v+x+z-c.
BOOK = {
    ("J1", 1): """
        Dr guest_receivable    booking       T
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
    """,
    ("J1fx", 1): """
        Dr guest_receivable    booking       T
        Cr fx_position         booking       T
        Dr fx_position         booking       B
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
        Dr fx_gain_loss        -             B-s
        Cr fx_position         booking       B-s
    """,
    ("J21", 1): """
        Dr host_receivable     host          T
        Cr rev_penalty         -             T
    """,
    ("J27", 1): """
        Dr guest_receivable    booking       T
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
    """,
    ("J27fx", 1): """
        Dr guest_receivable    booking       T
        Cr fx_position         booking       T
        Dr fx_position         booking       B
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
        Dr fx_gain_loss        -             B-s
        Cr fx_position         booking       B-s
    """,
    ("J26", 1): """
        Dr unapplied_receipts  payment       T
        Cr host_payable        host/booking  h
        Cr rev_host_fee        -             o
        Cr vat_payable         -             v
    """,
    ("J26fx", 1): """
        Dr unapplied_receipts  payment       T
        Cr fx_position         booking       T
        Dr fx_position         booking       B
        Cr host_payable        host/booking  h
        Cr rev_host_fee        -             o
        Cr vat_payable         -             v
        Dr fx_gain_loss        -             B-s
        Cr fx_position         booking       B-s
    """,
    ("J2", 1): """
        Dr stripe_pending      -             T
        Cr unapplied_receipts  payment       T
    """,
    ("J2fx", 1): """
        Dr stripe_pending      -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr unapplied_receipts  payment       T
    """,
    ("J3", 1): """
        Dr exp_psp_fees        -             p
        Cr stripe_pending      -             p
    """,
    ("J4", 1): """
        Dr stripe_available    -             s-p
        Cr stripe_pending      -             s-p
    """,
    ("J5", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Dr tax_deferred        booking       x
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
        Cr tax_payable         jurisdiction  x
    """,
    ("J6", 1): """
        Dr host_payable        host/booking  h
        Cr stripe_available    -             h
    """,
    ("J9", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Dr tax_deferred        booking       x
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
        Cr tax_payable         jurisdiction  x
    """,
    ("J12", 1): """
        Dr refund_payable      refund        T
        Cr stripe_available    -             T
    """,
    ("J12fx", 1): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr stripe_available    -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
    ("J12b", 1): """
        Dr refund_payable      refund        T
        Cr bank                -             T
    """,
    ("J12bfx", 1): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr bank                -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
    ("J12s", 1): """
        Dr refund_payable      refund        T
        Cr suspense            -             T
    """,
    ("J12sfx", 1): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr suspense            -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
    ("J12d", 1): """
        Dr refund_payable      refund        T
        Cr exp_chargeback_loss -             T
    """,
    ("J12dfx", 1): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr exp_chargeback_loss -             s
    """,
    ("J12dfx", 2): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr exp_chargeback_loss -             B
        Dr fx_gain_loss        -             B-s
    """,
    ("J13", 1): """
        Dr stripe_available    -             T
        Cr refund_payable      refund        T
    """,
    ("J13fx", 1): """
        Dr stripe_available    -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr refund_payable      refund        T
    """,
    ("J14", 1): """
        Dr exp_goodwill        -             T
        Cr refund_payable      refund        T
    """,
    ("J14fx", 1): """
        Dr exp_goodwill        -             B
        Cr fx_position         booking       B
        Dr fx_position         booking       T
        Cr refund_payable      refund        T
    """,
    ("J14s", 1): """
        Dr exp_goodwill        -             s
        Cr suspense            -             s
    """,
    ("J24", 1): """
        Dr tax_payable         authority     x
        Cr tax_recoverable     authority     z
        Cr bank                -             x-z
    """,
    ("J24d", 1): """
        Dr tax_recoverable     authority     z
        Cr tax_payable         authority     z
    """,
    ("J25", 1): """
        Dr bank                -             T
        Cr stripe_available    -             T
    """,
    ("J25t", 1): """
        Dr stripe_available    -             T
        Cr bank                -             T
    """,
    ("J25r", 1): """
        Dr stripe_available    -             T
        Cr bank                -             T
    """,
    ("J17s", 1): """
        Dr exp_bad_debt        -             T
        Cr suspense            -             T
    """,
    ("J23", 1): """
        Dr suspense            -             s
        Cr stripe_available    -             s
    """,
    ("J23r", 1): """
        Dr stripe_available    -             s
        Cr suspense            -             b
        Dr fx_gain_loss        -             b-s
    """,
    ("J22", 1): """
        Dr stripe_pending      -             T
        Cr unapplied_receipts  receipt       T
    """,
    ("J22fx", 1): """
        Dr stripe_pending      -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr unapplied_receipts  receipt       T
    """,
    ("J22r", 1): """
        Dr unapplied_receipts  receipt       T
        Cr stripe_available    -             T
    """,
    ("J22rfx", 1): """
        Dr unapplied_receipts  receipt       T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr stripe_available    -             r
        Cr fx_gain_loss        -             s-r
    """,
    ("J22b", 1): """
        Dr stripe_available    -             T
        Cr unapplied_receipts  receipt       T
    """,
    ("J22bfx", 1): """
        Dr stripe_available    -             r
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr unapplied_receipts  receipt       T
        Dr fx_gain_loss        -             s-r
    """,
    ("J22d", 1): """
        Dr unapplied_receipts  receipt       T
        Cr exp_chargeback_loss -             T
    """,
    ("J22dfx", 1): """
        Dr unapplied_receipts  receipt       T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr exp_chargeback_loss -             r
        Cr fx_gain_loss        -             s-r
    """,
    ("J22p", 1): """
        Dr unapplied_receipts  receipt       T
        Cr bank                -             T
    """,
    ("J22pfx", 1): """
        Dr unapplied_receipts  receipt       T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr bank                -             r
        Cr fx_gain_loss        -             s-r
    """,
    ("J22a", 1): """
        Dr unapplied_receipts  receipt       T
        Cr unapplied_receipts  payment       T
    """,
    ("J16", 1): """
        Dr host_payable        host/booking  h
        Cr host_receivable     host          h
    """,
    ("J17", 1): """
        Dr exp_bad_debt        -             h
        Cr host_receivable     host          h
    """,
}

TAKEN = {
    "J8": """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Dr vat_payable         -             v
        Dr tax_deferred        booking       x
        Cr exp_promotions      -             c
    """,
    "J10": """
        Dr host_payable        host/booking  h
        Dr contra_fee_refunds  -             g+o
        Dr vat_payable         -             v
        Dr tax_payable         jurisdiction  x
        Cr exp_promotions      -             c
    """,
    "J11": """
        Dr host_payable        host/booking  h-d
        Dr host_receivable     host          d
        Dr contra_fee_refunds  -             g+o
        Dr vat_payable         -             v
        Dr tax_payable         jurisdiction  x
        Dr tax_recoverable     jurisdiction  z
        Cr exp_promotions      -             c
    """,
}
"""Whose part of a stay's money a refund takes."""

AGAINST = {
    "": """
        Cr refund_payable      refund        T
    """,
    "fx": """
        Cr fx_position         booking       B
        Dr fx_position         booking       T
        Cr refund_payable      refund        T
    """,
    "s": """
        Cr suspense            -             s
    """,
    "sfx": """
        Cr fx_position         booking       B
        Dr fx_position         booking       s
        Cr suspense            -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
}
"""What stands against it: the guest's claim, or what had gone out; in one currency or two."""

BOOK |= {
    (f"{rule}{suffix}", 1): taken + against
    for rule, taken in TAKEN.items()
    for suffix, against in AGAINST.items()
}

# What is taken back from hosts, and by banks. r: what came back of a transfer, t: of it, for debt.
# d: what a bank took, p: the processor's fee, q: what is held of the host's part meanwhile. Of what
# is lost, h: the host's part, beside what was held: u of it still to be paid, b debt; k: held, and
# not needed; f, v, x, c: fees, the tax on them, other taxes, coupon; l: what the platform bears; e:
# what the currencies cost. s: a sum of these.
TAKEN_BACK = {
    "J15": """
        Dr stripe_available    -             r
        Cr host_receivable     host          t
        Cr host_payable        host/booking  s
    """,
    "J18": """
        Dr disputed_funds      dispute       d
        Dr exp_dispute_fees    -             p
        Cr stripe_available    -             s
        Dr host_payable        host/booking  q
        Cr host_held           dispute       q
    """,
    "J18f": """
        Dr exp_dispute_fees    -             p
        Cr stripe_available    -             p
    """,
    "J19": """
        Dr stripe_available    -             s
        Cr disputed_funds      dispute       d
        Cr exp_dispute_fees    -             p
        Dr fx_gain_loss        -             e
    """,
    "J19h": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  q
    """,
    "J20": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  k
        Dr host_payable        host/booking  u
        Dr host_receivable     host          b
        Dr contra_fee_refunds  -             f
        Dr vat_payable         -             v
        Dr tax_payable         *             x
        Dr tax_recoverable     *             z
        Dr exp_chargeback_loss -             l
        Dr fx_gain_loss        -             e
        Cr exp_promotions      -             c
        Cr disputed_funds      dispute       d
    """,
    "J20d": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  k
        Dr host_deferred       booking       u
        Dr host_receivable     host          b
        Dr revenue_deferred    booking       f
        Dr vat_payable         -             v
        Dr tax_deferred        booking       x
        Dr exp_chargeback_loss -             l
        Dr fx_gain_loss        -             e
        Cr exp_promotions      -             c
        Cr disputed_funds      dispute       d
    """,
}
"""J20d is J20 for a stay that is not earned yet. A key of `*` is each authority's own; z are taxes
that have left for them.
"""
