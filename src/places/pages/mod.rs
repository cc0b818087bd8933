//! The pages of partners and locations.
