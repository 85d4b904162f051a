//! `tollgate keys`: the keys with which packages are signed.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use tollgate_package::SigningKey;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  tollgate keys new acme.key
  tollgate keys show acme.key
  openssl genpkey -algorithm ed25519        makes such a key too";

/// The arguments of `keys`.
#[derive(Args, Debug)]
#[command(
    about = "Make a key to sign packages with, or show its public key",
    after_help = EXAMPLES,
    long_about = "Make a key to sign packages with, or show its public key.\n\nA publisher is known \
                  by its public key, which is printed: publish it where your users can compare it. \
                  The key in the file is secret. Whoever has it can sign as you, and without it \
                  nobody can: keep a copy, and keep it out of version control. A file that others \
                  can read is not used."
)]
pub struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key in a new file, and print its public key
    New(KeyArgs),
    /// Print the public key that belongs to a file
    Show(KeyArgs),
}

/// Which key.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// The file with the secret key
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A key in `--json`.
#[derive(Serialize)]
struct KeyView {
    file: String,
    public_key: String,
}

/// Carries it out.
///
/// # Errors
/// As [`SigningKey::create`] and [`SigningKey::read`].
pub fn run(args: &KeysArgs, context: &Context) -> Outcome {
    match &args.command {
        KeysCommand::New(KeyArgs { file }) => {
            let key = SigningKey::create(file)?;
            let told = format!("wrote the secret key {}; keep a copy of it", file.display());
            context.messages.say(&told);
            show(file, &key, context)
        }
        KeysCommand::Show(KeyArgs { file }) => show(file, &SigningKey::read(file)?, context),
    }
}

fn show(file: &Path, key: &SigningKey, context: &Context) -> Outcome {
    let public_key = key.public().to_string();
    match context.args.json {
        true => output::print_json(&KeyView { file: file.display().to_string(), public_key }),
        false => output::print(&format!("{public_key}\n")),
    }
}
