//! May this application see these fields, for this purpose, now?
