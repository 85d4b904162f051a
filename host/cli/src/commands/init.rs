//! `tollgate init`: a configuration for an installed connector, to be filled in.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{ErrorKind as IoErrorKind, Write as _};

use clap::Args;
use tollgate_model::{Descriptor, Error, ErrorKind, Field, FieldKind};

use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::output::{self, line};

const EXAMPLES: &str = "\
Examples:
  tollgate init icontact
  tollgate init icontact --print >> tollgate.toml";

/// The widest comment.
const COMMENT_WIDTH: u16 = 96;

/// The arguments of `init`.
#[derive(Args, Debug)]
#[command(
    about = "Write a tollgate.toml for an installed connector, to fill in",
    after_help = EXAMPLES,
    long_about = "Write a tollgate.toml for an installed connector, to fill in.\n\nEvery field of \
                  an account stands in it with what it means; secrets as references to environment \
                  variables. A file that is there is left as it is."
)]
pub struct InitArgs {
    /// The connector
    pub id: String,

    /// Print it instead of writing a file
    #[arg(long)]
    pub print: bool,
}

/// Writes or prints the configuration.
///
/// # Errors
/// [`ErrorKind::Config`] where there is no such connector, or a file is there already;
/// [`ErrorKind::Destination`] where it cannot be written.
pub async fn run(args: &InitArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let connector = host.connector(&args.id).await?;
    let text = configuration(connector.descriptor());
    if args.print {
        return output::print(&text);
    }
    let path = context.project.config_path();
    // A file that appears in between is not overwritten either.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        IoErrorKind::AlreadyExists => {
            let message = format!("{} is there already", path.display());
            Error::new(ErrorKind::Config, message).with_hint("--print shows what to add to it")
        }
        _ => Error::new(ErrorKind::Destination, format!("cannot write {}", path.display()))
            .with_source(error),
    })?;
    context.messages.say(&format!("wrote {}; fill it in, then `tollgate check`", path.display()));
    Ok(())
}

fn configuration(descriptor: &Descriptor) -> String {
    let id = &descriptor.id;
    let mut text = format!(
        "# `tollgate help config` explains every key, `tollgate describe {id}` this connector.\n\n\
         [accounts.{id}]\nconnector = \"{id}\"\n"
    );
    let method = descriptor.auth_methods.first();
    if let Some(method) = method
        && descriptor.auth_methods.len() > 1
    {
        let names: Vec<&str> = descriptor.auth_methods.iter().map(|m| m.name.as_str()).collect();
        let _ = writeln!(text, "auth = {:?}  # one of: {}", method.name, names.join(", "));
    }
    let own = method.map(|method| method.fields.as_slice()).unwrap_or_default();
    for field in descriptor.account_fields.iter().chain(own) {
        account_field(&mut text, id, field);
    }
    let streams: Vec<String> =
        descriptor.streams.iter().map(|stream| format!("{:?}", stream.name)).collect();
    let _ = write!(
        text,
        "\n[syncs.{id}]\naccount = \"{id}\"\nstreams = [\n    {},\n]\nto = \"sqlite:{id}.db\"\n",
        streams.join(",\n    ")
    );
    text
}

fn account_field(text: &mut String, id: &str, field: &Field) {
    text.push('\n');
    let need = if field.required && field.default.is_none() { " (needed)" } else { "" };
    let about = format!("{}{need}. {}", field.title, field.description);
    for comment in output::paragraph(&about, 0, COMMENT_WIDTH).lines() {
        let _ = writeln!(text, "{}", format!("# {comment}").trim_end());
    }
    let name = line(&field.name);
    let value = match (&field.kind, &field.default) {
        (FieldKind::Secret, _) => {
            format!("{{ env = \"{}_{}\" }}", id.to_uppercase(), name.to_uppercase())
        }
        (_, Some(default)) => toml::Value::String(default.clone()).to_string(),
        (_, None) => "\"\"".to_owned(),
    };
    // What has to be filled in stands ready for it; all else shows what it would be.
    let off = if need.is_empty() { "# " } else { "" };
    let _ = writeln!(text, "{off}{name} = {value}");
}
