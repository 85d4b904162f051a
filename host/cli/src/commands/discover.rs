//! `tollgate discover`: the columns of a stream for an account.

use clap::Args;

use super::describe::columns_text;
use super::reading;
use crate::args::StreamArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output;
use crate::views::{self, ColumnView};

const EXAMPLES: &str = "\
Examples:
  tollgate discover --stream contacts
  tollgate discover --account acme --stream contacts --json";

/// The arguments of `discover`.
#[derive(Args, Debug)]
#[command(about = "List the columns of a stream for an account, its own ones included", after_help = EXAMPLES)]
pub struct DiscoverArgs {
    /// Which stream.
    #[command(flatten)]
    pub stream: StreamArgs,
}

/// Lists all columns of a stream, those of the account included.
///
/// # Errors
/// For a stream or option that does not exist, and all that a request can come to.
pub async fn run(args: &DiscoverArgs, context: &Context) -> Outcome {
    let session = reading::open(context, &args.stream).await?;
    let read = reading::read(&session, &args.stream).build()?;
    let columns = session.discover(&read).await?;
    if context.args.json {
        return output::print_json(&views::all::<_, ColumnView>(&columns));
    }
    output::print(&columns_text(&columns, context.width()))
}
