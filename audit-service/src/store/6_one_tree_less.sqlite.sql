-- Each tree of pages that a record goes into costs its writer a page in every commit. `id` and a person's own row number were
-- looked up by nobody; a record's people now lie in the order in which they are read. Whether `content` is JSON was asked in each
-- insert of a text that a serialiser had just made.
DROP VIEW audit_events;

CREATE TABLE records (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    trace_id    TEXT NOT NULL,
    event       TEXT NOT NULL CHECK (event IN ('INTENT', 'RELEASE', 'ABORTED', 'REFUSED')),
    recorded_at TEXT NOT NULL,
    application TEXT NOT NULL,
    member      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    -- What else the record says, in JSON; nothing in it identifies a person.
    content     TEXT NOT NULL
) STRICT;

CREATE TABLE subjects (
    record_seq      INTEGER NOT NULL,
    -- Its place among the people of the record, from 0.
    place           INTEGER NOT NULL,
    root            TEXT NOT NULL,
    subject_hash    BLOB,
    subject_sealed  BLOB,
    consent_id      TEXT,
    consent_version INTEGER,
    PRIMARY KEY (record_seq, place)
) STRICT, WITHOUT ROWID;

INSERT INTO records
SELECT seq, id, request_id, trace_id, event, recorded_at, application, member, purpose, content
FROM audit_records ORDER BY seq;

-- Before step 3 all of them had the place 0.
INSERT INTO subjects
SELECT record_seq, row_number() OVER (PARTITION BY record_seq ORDER BY place, rowid) - 1,
       root, subject_hash, subject_sealed, consent_id, consent_version
FROM audit_subjects ORDER BY record_seq;

-- Their indexes and triggers go with them.
DROP TABLE audit_subjects;
DROP TABLE audit_records;
ALTER TABLE records RENAME TO audit_records;
ALTER TABLE subjects RENAME TO audit_subjects;

CREATE INDEX audit_records_by_request ON audit_records (request_id);
CREATE INDEX audit_records_by_trace ON audit_records (trace_id);

CREATE TRIGGER audit_records_are_never_changed BEFORE UPDATE ON audit_records
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
CREATE TRIGGER audit_records_are_never_deleted BEFORE DELETE ON audit_records
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
-- `INSERT OR REPLACE` removes a row without asking the trigger above.
CREATE TRIGGER audit_records_are_never_replaced BEFORE INSERT ON audit_records
WHEN EXISTS (SELECT 1 FROM audit_records WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_changed BEFORE UPDATE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_deleted BEFORE DELETE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_replaced BEFORE INSERT ON audit_subjects
WHEN EXISTS (SELECT 1 FROM audit_subjects WHERE record_seq = NEW.record_seq AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;

-- The record in OpenDIF's words, as it was.
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
