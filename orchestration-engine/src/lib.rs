//! The gateway: one request, one straight line from the question to the answer
