-- What the application may do: read everything, append through the functions, keep snapshots,
-- take notices in and settle them, remember troubles, read statements and calendars, keep texts and
-- erase them.
-- Run at every start, because the role may have been made after the schema.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stayledger_app') THEN
        GRANT USAGE ON SCHEMA ledger TO stayledger_app;
        -- Read models live in schemas of their own, which the application makes, swaps and drops.
        EXECUTE format('GRANT CREATE ON DATABASE %I TO stayledger_app', current_database());
        GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO stayledger_app;
        GRANT INSERT, UPDATE, DELETE ON ledger.snapshots TO stayledger_app;
        -- Of a notice, what became of it may change, and never what it said.
        GRANT INSERT, UPDATE (attempts, claimed_until, last_trouble, processed_at, outcome)
            ON ledger.inbox TO stayledger_app;
        GRANT INSERT, UPDATE, DELETE ON ledger.troubles TO stayledger_app;
        GRANT INSERT, UPDATE ON ledger.calendar_reads TO stayledger_app;
        GRANT INSERT, UPDATE, DELETE ON ledger.calendar_links TO stayledger_app;
        -- A text is never put otherwise: what may change of it is whether and since when it is there.
        GRANT INSERT, DELETE, UPDATE (words, salt, kept_at, erased_at) ON ledger.texts
            TO stayledger_app;
        GRANT INSERT ON ledger.statement TO stayledger_app;
        GRANT INSERT, UPDATE ON ledger.reading TO stayledger_app;
        GRANT EXECUTE ON FUNCTION ledger.append_together, ledger.append_in_turn TO stayledger_app;
    END IF;
END $$;
