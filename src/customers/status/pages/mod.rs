//! Pages about the status of a customer.
