"""Words with rules: money, stays, instants, ids, accounts. They know nothing but each other."""
