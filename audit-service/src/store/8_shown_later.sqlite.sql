-- What was kept back for ever or for a time alike is looked through anew: the table is derived from the record.
DELETE FROM subject_history;
DELETE FROM subject_history_progress;
-- From when on the person sees what is not shown at once, in milliseconds; NULL when she never does.
ALTER TABLE subject_history ADD COLUMN shown_from INTEGER;
