//! Fuzz targets: what Tollgate does with bytes that others chose, and what has to be true of it
//! whatever they are. README.md says how they are run.
//!
//! A target is a function of [`targets`]. libFuzzer calls it by a program in `fuzz_targets/`, and
//! the tests call it with every file of its corpus and with mutations of those.

pub mod targets;
