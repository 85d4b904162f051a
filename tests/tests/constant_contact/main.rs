//! Constant Contact from end to end: the real component in the real runtime against the stand-in,
//! its rows held against what the provider has, its requests against the provider's own rules.

mod grants;
mod later;
mod options;
mod rows;
mod streams;
mod truth;
mod world;
