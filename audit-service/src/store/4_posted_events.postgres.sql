-- What other services of OpenDIF post. It only grows.
CREATE TABLE posted_events (
    seq            BIGINT PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    trace_id       TEXT,
    occurred_at    TEXT COLLATE "C" NOT NULL,
    event_type     TEXT,
    event_action   TEXT,
    status         TEXT NOT NULL,
    actor_type     TEXT NOT NULL,
    target_type    TEXT NOT NULL,
    -- Who did it, to what, and what the poster says of it: that may name people.
    content_sealed BYTEA NOT NULL,
    posted_by      TEXT NOT NULL,
    created_at     TEXT NOT NULL
);

CREATE INDEX posted_events_by_trace ON posted_events (trace_id);

CREATE TRIGGER posted_events_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON posted_events
FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- The record in OpenDIF's words: which events a request that has ended stands for, and what others posted. `part` tells those
-- of one kind and record apart. INVARIANT: a view, so that it costs nobody anything who writes.
CREATE VIEW audit_events AS
SELECT 'DATA_REQUEST'::text AS event_type, recorded_at AS occurred_at, trace_id, 0::bigint AS posted, seq, ''::text AS part
FROM audit_records WHERE event <> 'INTENT'
UNION ALL
SELECT 'POLICY_CHECK'::text, recorded_at, trace_id, 0::bigint, seq, ''::text
FROM audit_records
WHERE event <> 'INTENT'
  AND (content::json ->> 'policyVersion' IS NOT NULL OR content::json ->> 'code' = 'PDP_NOT_ALLOWED')
UNION ALL
SELECT 'CONSENT_CHECK'::text, recorded_at, trace_id, 0::bigint, seq, place::text || '/' || root
FROM audit_records JOIN audit_subjects ON record_seq = seq
WHERE event <> 'INTENT' AND consent_id IS NOT NULL
UNION ALL
SELECT 'PROVIDER_FETCH'::text, recorded_at, trace_id, 0::bigint, seq, (provider.number - 1)::text
FROM audit_records, json_array_elements(content::json -> 'providers') WITH ORDINALITY AS provider (value, number)
WHERE event IN ('RELEASE', 'ABORTED')
UNION ALL
SELECT event_type, occurred_at, trace_id, 1::bigint, seq, ''::text
FROM posted_events;
