//! The consent ledger and the pages on which a citizen answers
