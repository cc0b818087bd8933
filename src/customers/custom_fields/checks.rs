//! The rules of a definition (spec: Customers → Custom field definitions).
