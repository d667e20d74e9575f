//! The door to HTTP, with servers of the test on the loopback.
