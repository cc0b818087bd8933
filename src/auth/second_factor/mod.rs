//! The second factor: one-time codes of an authenticator app (RFC 6238), and recovery codes for the day it is lost.

mod codes;
mod enrolment;
mod repository;
mod service;

pub(super) use service::{RightCode, drop_factor, use_code};
