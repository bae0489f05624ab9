-- Nobody looks a record up by its `id`.
ALTER TABLE audit_records DROP CONSTRAINT audit_records_id_key;
