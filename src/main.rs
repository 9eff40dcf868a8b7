//! The `orchest` binary.
fn main() {}
