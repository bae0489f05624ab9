//! Adapters without code: a YAML file and an SDL in front of a register
