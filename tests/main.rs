//! One test binary: each module is a kind of test; cases are folders.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // tests look at the machine itself
#![allow(clippy::print_stdout, clippy::print_stderr)] // tests that are skipped say so
#![allow(clippy::pedantic)] // the house is kept in src/; tests are data with little code

mod architecture;
mod checklist;
mod cli;
mod compare;
mod differential;
mod documents;
mod end_to_end;
mod formats;
mod functions;
mod generator;
mod golden;
mod junit;
mod kustomization;
mod manual;
mod merge;
mod provenance;
mod rules;
mod yaml;
