//! The rows of docs/legacy.md about routes.
