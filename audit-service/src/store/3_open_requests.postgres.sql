-- The requests whose INTENT nothing has closed yet. Derived from the record, and kept with it in the same commits: an INTENT
-- adds its row, and whoever takes the row away is the one who writes the end.
CREATE TABLE open_requests (
    request_id TEXT PRIMARY KEY,
    since      TEXT COLLATE "C" NOT NULL
);

INSERT INTO open_requests (request_id, since)
SELECT request_id, min(recorded_at) FROM audit_records AS intent
WHERE event = 'INTENT' AND NOT EXISTS (
    SELECT 1 FROM audit_records AS closing
    WHERE closing.request_id = intent.request_id AND closing.event <> 'INTENT')
GROUP BY request_id;

-- The place of a person among those of the record.
ALTER TABLE audit_subjects ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
