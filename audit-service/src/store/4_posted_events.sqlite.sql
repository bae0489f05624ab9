-- What other services of OpenDIF post. It only grows.
CREATE TABLE posted_events (
    seq            INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    trace_id       TEXT,
    occurred_at    TEXT NOT NULL,
    event_type     TEXT,
    event_action   TEXT,
    status         TEXT NOT NULL,
    actor_type     TEXT NOT NULL,
    target_type    TEXT NOT NULL,
    -- Who did it, to what, and what the poster says of it: that may name people.
    content_sealed BLOB NOT NULL,
    posted_by      TEXT NOT NULL,
    created_at     TEXT NOT NULL
) STRICT;

CREATE INDEX posted_events_by_trace ON posted_events (trace_id);

CREATE TRIGGER posted_events_are_never_changed BEFORE UPDATE ON posted_events
BEGIN SELECT RAISE(ABORT, 'posted_events is append-only'); END;
CREATE TRIGGER posted_events_are_never_deleted BEFORE DELETE ON posted_events
BEGIN SELECT RAISE(ABORT, 'posted_events is append-only'); END;
-- `INSERT OR REPLACE` removes a row without asking the trigger above.
CREATE TRIGGER posted_events_are_never_replaced BEFORE INSERT ON posted_events
WHEN EXISTS (SELECT 1 FROM posted_events WHERE seq = NEW.seq OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'posted_events is append-only'); END;

-- The record in OpenDIF's words: which events a request that has ended stands for, and what others posted. `part` tells those
-- of one kind and record apart. INVARIANT: a view, so that it costs nobody anything who writes.
CREATE VIEW audit_events AS
SELECT 'DATA_REQUEST' AS event_type, recorded_at AS occurred_at, trace_id, 0 AS posted, seq, '' AS part
FROM audit_records WHERE event <> 'INTENT'
UNION ALL
SELECT 'POLICY_CHECK', recorded_at, trace_id, 0, seq, ''
FROM audit_records
WHERE event <> 'INTENT'
  AND (json_extract(content, '$.policyVersion') IS NOT NULL OR json_extract(content, '$.code') = 'PDP_NOT_ALLOWED')
UNION ALL
SELECT 'CONSENT_CHECK', recorded_at, trace_id, 0, seq, place || '/' || root
FROM audit_records JOIN audit_subjects ON record_seq = seq
WHERE event <> 'INTENT' AND consent_id IS NOT NULL
UNION ALL
SELECT 'PROVIDER_FETCH', recorded_at, trace_id, 0, seq, CAST(provider.key AS TEXT)
FROM audit_records, json_each(content, '$.providers') AS provider
WHERE event IN ('RELEASE', 'ABORTED')
UNION ALL
SELECT event_type, occurred_at, trace_id, 1, seq, ''
FROM posted_events;
