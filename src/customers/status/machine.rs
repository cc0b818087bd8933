//! The state machine: which change is possible from where, and what it needs (spec: Customers → Status).
