-- What Postgres itself guarantees about the ledger. Run by `install_schema`, in one transaction,
-- under a lock; every statement may be run again. It needs no extension.

CREATE SCHEMA IF NOT EXISTS ledger;


-- == Tables ==============================================================================

-- The history. Rows are only ever added, in the order of their positions, and outlive all code.
CREATE TABLE IF NOT EXISTS ledger.events (
    position     bigint      NOT NULL,
    stream_id    uuid        NOT NULL,
    version      bigint      NOT NULL,
    case_id      uuid        NOT NULL,
    command_id   uuid        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    schema       smallint    NOT NULL,
    topic        text        NOT NULL COLLATE "C",
    envelope     bytea       NOT NULL,
    state        bytea       NOT NULL,
    CONSTRAINT one_event_per_version PRIMARY KEY (stream_id, version),
    CONSTRAINT one_event_per_position UNIQUE (position)
);

-- What was asked, by its command id, and what was answered: a receipt, or a refusal.
-- `position` is the last event's; for a refusal, the end of the history when it was recorded.
-- `answer` is what the caller wants back on a repeat; for a refusal, the data that it carried.
CREATE TABLE IF NOT EXISTS ledger.commands (
    command_id   uuid        NOT NULL,
    case_id      uuid        NOT NULL,
    position     bigint      NOT NULL,
    recorded_at  timestamptz NOT NULL,
    content      bytea       NOT NULL CHECK (octet_length(content) = 32),
    refusal      text,
    answer       bytea       NOT NULL,
    CONSTRAINT one_answer_per_command PRIMARY KEY (command_id)
);

-- Which case holds a night of a unit. The key is the promise that no night is sold twice.
CREATE TABLE IF NOT EXISTS ledger.night_claims (
    unit_id  uuid NOT NULL,
    night    date NOT NULL,
    case_id  uuid NOT NULL,
    CONSTRAINT one_holder_per_night PRIMARY KEY (unit_id, night)
);

-- Folded streams, kept to save reading. Never trusted: all of it may be lost or deleted.
CREATE TABLE IF NOT EXISTS ledger.snapshots (
    stream_id    uuid   NOT NULL PRIMARY KEY,
    version      bigint NOT NULL,
    fingerprint  text   NOT NULL,
    checksum     bytea  NOT NULL,
    state        bytea  NOT NULL
) WITH (fillfactor = 70);

-- What others told us, as it came, stored before it is answered; the key makes a repeat one row.
-- `raw` may hold personal data, and is read by whoever works on the row, and nobody else. Whoever
-- claims a row has it until `claimed_until`, or until it is settled; `attempts` is the claim's number.
CREATE TABLE IF NOT EXISTS ledger.inbox (
    source         text        NOT NULL COLLATE "C",
    notice_id      text        NOT NULL COLLATE "C",
    type           text        NOT NULL,
    object_id      text,
    account        text,
    received_at    timestamptz NOT NULL,
    raw            bytea       NOT NULL,
    attempts       integer     NOT NULL DEFAULT 0,
    claimed_until  timestamptz NOT NULL DEFAULT '-infinity',
    last_trouble   text,
    processed_at   timestamptz,
    outcome        text,
    CONSTRAINT one_row_per_notice PRIMARY KEY (source, notice_id),
    CONSTRAINT processed_means_an_outcome CHECK ((processed_at IS NULL) = (outcome IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS notices_that_wait ON ledger.inbox (received_at)
    WHERE processed_at IS NULL;

-- What could not be said or asked outside, how often and why at last, and when it is tried again;
-- a row goes when its errand is done.
CREATE TABLE IF NOT EXISTS ledger.troubles (
    errand        text        NOT NULL COLLATE "C" PRIMARY KEY,
    set_by        text        NOT NULL COLLATE "C",
    attempts      integer     NOT NULL,
    since         timestamptz NOT NULL,
    last_trouble  text        NOT NULL,
    again_at      timestamptz NOT NULL,
    hurried_by    uuid
) WITH (fillfactor = 80);

-- When the calendar of another platform is read next, and by what to ask whether it has anything
-- new. All of it may be lost.
CREATE TABLE IF NOT EXISTS ledger.calendar_reads (
    feed_id        uuid        NOT NULL PRIMARY KEY,
    due_at         timestamptz NOT NULL,
    failures       integer     NOT NULL DEFAULT 0,
    etag           text        NOT NULL DEFAULT '',
    last_modified  text        NOT NULL DEFAULT '',
    last_trouble   text
) WITH (fillfactor = 80);

-- By which secrets other platforms read the calendars of units: their digests, one for each unit.
CREATE TABLE IF NOT EXISTS ledger.calendar_links (
    unit_id  uuid  NOT NULL PRIMARY KEY,
    digest   bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32)
);

-- What a source says moved the money that it holds for us, line by line as it was read: its account
-- statement. A line never changes. `origin` is the object that it comes from, in the source's words.
CREATE TABLE IF NOT EXISTS ledger.statement (
    source     text        NOT NULL COLLATE "C",
    movement   text        NOT NULL COLLATE "C",
    kind       text        NOT NULL,
    origin     text        COLLATE "C",
    currency   text        NOT NULL,
    net_minor  bigint      NOT NULL,
    moved_at   timestamptz NOT NULL,
    CONSTRAINT one_line_per_movement PRIMARY KEY (source, movement)
);
CREATE INDEX IF NOT EXISTS statement_by_origin ON ledger.statement (source, origin);

-- How far a source was read: its statement from the `newest` line back to the `oldest`, and whether
-- there is none before that; and everything that it told of before `told_until`.
CREATE TABLE IF NOT EXISTS ledger.reading (
    source      text        NOT NULL PRIMARY KEY,
    newest      text,
    oldest      text,
    complete    boolean     NOT NULL DEFAULT false,
    told_until  timestamptz
);

-- What people wrote, beside the history: an event names a text, and never says it. Erased, the row
-- stays and says so; without its salt the digest tells nothing about the words any more.
CREATE TABLE IF NOT EXISTS ledger.texts (
    text_id     uuid        NOT NULL PRIMARY KEY,
    command_id  uuid        NOT NULL,
    owner_id    uuid        NOT NULL,
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32),
    length      integer     NOT NULL,
    salt        bytea,
    words       text,
    kept_at     timestamptz NOT NULL DEFAULT now(),
    erased_at   timestamptz,
    CONSTRAINT erased_means_gone CHECK (
        (words IS NULL) = (erased_at IS NOT NULL) AND (salt IS NULL) = (erased_at IS NOT NULL)
    )
);
CREATE INDEX IF NOT EXISTS texts_by_owner ON ledger.texts (owner_id);
CREATE INDEX IF NOT EXISTS texts_by_age ON ledger.texts (kept_at);

-- Tables that only grow are vacuumed late by default: index-only scans would keep visiting the
-- heap, and one day a freeze of the whole table would come at once.
ALTER TABLE ledger.events SET (
    autovacuum_vacuum_insert_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.05
);
ALTER TABLE ledger.commands SET (
    autovacuum_vacuum_insert_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.05
);


-- == Append-only =========================================================================

CREATE OR REPLACE FUNCTION ledger.refuse_to_change_history() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'History is only ever added to: % of ledger.% is refused.',
        lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Correct by appending another event.';
END $$;

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_to_change_history();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.commands
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_to_change_history();

-- Also where a session plays the part of a replica, which skips ordinary triggers.
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER append_only;


-- == Append ==============================================================================

-- The version of a stream's last event; 0 where there is no stream.
CREATE OR REPLACE FUNCTION ledger.version_of(stream uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT e.version FROM ledger.events e
         WHERE e.stream_id = stream ORDER BY e.version DESC LIMIT 1),
        0)
$$;

-- Append the commands of a batch, all or none. The answer is the position before the batch's first
-- event, or null where a command of the batch cannot be appended (and then nothing was).
--
-- Positions count on from the last one, under a lock that is let go only after the commit is
-- visible. So they are given out in the order of commits, without holes, and a reader may simply
-- read on from where it stood.
--
-- `reaches` says of each command how many events of the batch come before its end. `needed_*` are
-- nights that must be free, `freed_*` claims to let go, `taken_*` claims to make, in that order.
CREATE OR REPLACE FUNCTION ledger.append_together(
    command_ids uuid[], contents bytea[], command_cases uuid[], refusals text[], answers bytea[],
    reaches integer[],
    stream_ids uuid[], versions bigint[], topics text[], schemas smallint[], event_cases uuid[],
    event_commands uuid[], occurred timestamptz[], envelopes bytea[], states bytea[],
    expected_streams uuid[], expected_versions bigint[],
    needed_units uuid[], needed_nights date[],
    freed_units uuid[], freed_nights date[], freed_cases uuid[],
    taken_units uuid[], taken_nights date[], taken_cases uuid[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- Plans are made once and kept, and not anew for each batch's lengths: planning would take longer
-- than appending. One made while a table was nearly empty must not scan it for ever.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    base bigint;
    last_recorded_at timestamptz;
    this_moment timestamptz;
    let_go bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7204, 1);

    -- The subqueries' OFFSET 0 keeps them apart from the outer query: one index probe each.
    IF EXISTS (
        SELECT FROM unnest(command_ids) AS asked (id)
        WHERE EXISTS (SELECT FROM ledger.commands c WHERE c.command_id = asked.id OFFSET 0)
    ) OR EXISTS (
        SELECT FROM unnest(expected_streams, expected_versions) AS expected (stream_id, version)
        WHERE expected.version IS DISTINCT FROM ledger.version_of(expected.stream_id)
    ) OR cardinality(needed_units) > 0 AND EXISTS (
        SELECT FROM unnest(needed_units, needed_nights) AS needed (unit_id, night)
        WHERE EXISTS (SELECT FROM ledger.night_claims c
                      WHERE c.unit_id = needed.unit_id AND c.night = needed.night OFFSET 0)
    ) THEN
        RETURN NULL;
    END IF;

    SELECT e.position, e.recorded_at INTO base, last_recorded_at
    FROM ledger.events e ORDER BY e.position DESC LIMIT 1;
    base := coalesce(base, 0);
    this_moment := greatest(clock_timestamp(), last_recorded_at);

    -- Subscripts, and not unnest over all columns: that would set up a tuple store for each.
    INSERT INTO ledger.commands
        (command_id, case_id, position, recorded_at, content, refusal, answer)
    SELECT command_ids[c], command_cases[c], base + reaches[c], this_moment, contents[c],
        refusals[c], answers[c]
    FROM generate_series(1, cardinality(command_ids)) AS c;

    INSERT INTO ledger.events
        (position, stream_id, version, case_id, command_id, occurred_at, recorded_at,
         schema, topic, envelope, state)
    SELECT base + e, stream_ids[e], versions[e], event_cases[e], event_commands[e], occurred[e],
        this_moment, schemas[e], topics[e], envelopes[e], states[e]
    FROM generate_series(1, cardinality(stream_ids)) AS e;

    IF cardinality(freed_units) > 0 THEN
        DELETE FROM ledger.night_claims c
        USING unnest(freed_units, freed_nights, freed_cases) AS freed (unit_id, night, case_id)
        WHERE c.unit_id = freed.unit_id AND c.night = freed.night AND c.case_id = freed.case_id;
        GET DIAGNOSTICS let_go = ROW_COUNT;
        IF let_go <> cardinality(freed_units) THEN
            RAISE integrity_constraint_violation USING MESSAGE = 'A night to free was not held.';
        END IF;
    END IF;
    IF cardinality(taken_units) > 0 THEN
        INSERT INTO ledger.night_claims (unit_id, night, case_id)
        SELECT * FROM unnest(taken_units, taken_nights, taken_cases);
    END IF;

    IF cardinality(stream_ids) > 0 THEN
        PERFORM pg_notify('ledger_events', (base + cardinality(stream_ids))::text);
    END IF;
    RETURN base;
EXCEPTION WHEN integrity_constraint_violation OR unique_violation THEN
    -- The net under the checks above: a repeated id within the batch, or an event that is there.
    RETURN NULL;
END $$;

-- Append the commands of a batch one after the other, each all or none: one that cannot be appended
-- is passed over, and later ones are checked against what the earlier ones really did.
--
-- One row per command, in order: the position before its first event, or the reason against it.
-- `*_ends` say where each command's part of an array ends.
CREATE OR REPLACE FUNCTION ledger.append_in_turn(
    command_ids uuid[], contents bytea[], command_cases uuid[], refusals text[], answers bytea[],
    event_ends integer[],
    stream_ids uuid[], versions bigint[], topics text[], schemas smallint[], event_cases uuid[],
    event_commands uuid[], occurred timestamptz[], envelopes bytea[], states bytea[],
    expected_streams uuid[], expected_versions bigint[],
    needed_units uuid[], needed_nights date[],
    freed_units uuid[], freed_nights date[], freed_cases uuid[],
    taken_units uuid[], taken_nights date[], taken_cases uuid[],
    expected_ends integer[], needed_ends integer[], freed_ends integer[], taken_ends integer[]
) RETURNS TABLE (base bigint, reason jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e integer := 1;  -- where the command's events begin; and so on for the other parts
    x integer := 1;
    n integer := 1;
    f integer := 1;
    t integer := 1;
BEGIN
    -- Here, and not only in the function called below: what that one locks before it has to give
    -- up is let go again, and the reason must be found before anybody else writes.
    PERFORM pg_advisory_xact_lock(7204, 1);
    FOR k IN 1 .. cardinality(command_ids) LOOP
        base := ledger.append_together(
            command_ids[k:k], contents[k:k], command_cases[k:k], refusals[k:k], answers[k:k],
            ARRAY[event_ends[k] - e + 1],
            stream_ids[e:event_ends[k]], versions[e:event_ends[k]], topics[e:event_ends[k]],
            schemas[e:event_ends[k]], event_cases[e:event_ends[k]], event_commands[e:event_ends[k]],
            occurred[e:event_ends[k]], envelopes[e:event_ends[k]], states[e:event_ends[k]],
            expected_streams[x:expected_ends[k]], expected_versions[x:expected_ends[k]],
            needed_units[n:needed_ends[k]], needed_nights[n:needed_ends[k]],
            freed_units[f:freed_ends[k]], freed_nights[f:freed_ends[k]],
            freed_cases[f:freed_ends[k]],
            taken_units[t:taken_ends[k]], taken_nights[t:taken_ends[k]],
            taken_cases[t:taken_ends[k]]);
        reason := NULL;
        IF base IS NULL THEN
            reason := ledger.reason_against(
                command_ids[k], contents[k],
                expected_streams[x:expected_ends[k]], expected_versions[x:expected_ends[k]],
                needed_units[n:needed_ends[k]], needed_nights[n:needed_ends[k]],
                freed_units[f:freed_ends[k]], freed_nights[f:freed_ends[k]],
                freed_cases[f:freed_ends[k]],
                stream_ids[e:event_ends[k]]);
        END IF;
        RETURN NEXT;
        e := event_ends[k] + 1;
        x := expected_ends[k] + 1;
        n := needed_ends[k] + 1;
        f := freed_ends[k] + 1;
        t := taken_ends[k] + 1;
    END LOOP;
END $$;

-- Why a command cannot be appended, asked under the lock: because it was before (then what was
-- answered, or that other content came under its id), because a stream went on, because nights are
-- taken, or because a claim to let go is not there.
CREATE OR REPLACE FUNCTION ledger.reason_against(
    asked uuid, asked_content bytea,
    expected_streams uuid[], expected_versions bigint[],
    needed_units uuid[], needed_nights date[],
    freed_units uuid[], freed_nights date[], freed_cases uuid[],
    stream_ids uuid[]
) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    known ledger.commands;
    found_out jsonb;
BEGIN
    SELECT * INTO known FROM ledger.commands c WHERE c.command_id = asked;
    IF FOUND THEN
        RETURN jsonb_build_object('repeats', jsonb_build_object(
            'same', known.content = asked_content, 'position', known.position,
            'refusal', known.refusal, 'answer', encode(known.answer, 'hex')));
    END IF;

    SELECT jsonb_agg(expected.stream_id) INTO found_out
    FROM unnest(expected_streams, expected_versions) AS expected (stream_id, version)
    WHERE expected.version IS DISTINCT FROM ledger.version_of(expected.stream_id);
    IF found_out IS NOT NULL THEN
        RETURN jsonb_build_object('stale', found_out);
    END IF;

    SELECT jsonb_agg(jsonb_build_array(c.unit_id, c.night) ORDER BY c.unit_id, c.night)
    INTO found_out
    FROM unnest(needed_units, needed_nights) AS needed (unit_id, night)
    JOIN ledger.night_claims c ON c.unit_id = needed.unit_id AND c.night = needed.night;
    IF found_out IS NOT NULL THEN
        RETURN jsonb_build_object('taken', found_out);
    END IF;

    SELECT jsonb_agg(jsonb_build_array(freed.unit_id, freed.night) ORDER BY freed.unit_id, freed.night)
    INTO found_out
    FROM unnest(freed_units, freed_nights, freed_cases) AS freed (unit_id, night, case_id)
    WHERE NOT EXISTS (SELECT FROM ledger.night_claims c WHERE c.unit_id = freed.unit_id
                      AND c.night = freed.night AND c.case_id = freed.case_id);
    IF found_out IS NOT NULL THEN
        RETURN jsonb_build_object('unheld', found_out);
    END IF;

    -- What is left: an event of this stream and version is there already.
    RETURN jsonb_build_object('stale', to_jsonb(stream_ids));
END $$;


-- == For the eventsourcing package =======================================================

-- The same history in the package's words, so that its own queries read it.
CREATE OR REPLACE VIEW ledger.stored_events AS
SELECT stream_id AS originator_id, version AS originator_version, topic, state,
    position AS notification_id
FROM ledger.events;


-- == Rights ==============================================================================

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
