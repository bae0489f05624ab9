-- Nobody looks for a person in the record yet, and hashes come in no order: each new one would change a page of its own. Who
-- will look for people adds an index that is filled beside the writing.
DROP INDEX audit_subjects_by_person;
