//! Pieces of pages about the status of a customer.
