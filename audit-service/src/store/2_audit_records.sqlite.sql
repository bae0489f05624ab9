-- The record. Both tables only grow.
CREATE TABLE audit_records (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    request_id  TEXT NOT NULL,
    trace_id    TEXT NOT NULL,
    event       TEXT NOT NULL CHECK (event IN ('INTENT', 'RELEASE', 'ABORTED', 'REFUSED')),
    recorded_at TEXT NOT NULL,
    application TEXT NOT NULL,
    member      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    -- What else the record says; nothing in it identifies a person.
    content     TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

CREATE INDEX audit_records_by_request ON audit_records (request_id);
CREATE INDEX audit_records_by_trace ON audit_records (trace_id);

-- The people a record is about: one row for each root field of the request that names a person or a consent.
CREATE TABLE audit_subjects (
    record_seq      INTEGER NOT NULL REFERENCES audit_records (seq),
    root            TEXT NOT NULL,
    subject_hash    BLOB,
    subject_sealed  BLOB,
    consent_id      TEXT,
    consent_version INTEGER
) STRICT;

CREATE INDEX audit_subjects_by_record ON audit_subjects (record_seq);
CREATE INDEX audit_subjects_by_person ON audit_subjects (subject_hash);

CREATE TRIGGER audit_records_are_never_changed BEFORE UPDATE ON audit_records
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
CREATE TRIGGER audit_records_are_never_deleted BEFORE DELETE ON audit_records
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
-- `INSERT OR REPLACE` removes a row without asking the trigger above.
CREATE TRIGGER audit_records_are_never_replaced BEFORE INSERT ON audit_records
WHEN EXISTS (SELECT 1 FROM audit_records WHERE seq = NEW.seq OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_records is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_changed BEFORE UPDATE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_replaced BEFORE INSERT ON audit_subjects
WHEN EXISTS (SELECT 1 FROM audit_subjects WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_deleted BEFORE DELETE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
