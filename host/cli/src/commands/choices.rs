//! `tollgate choices`: the menu of an option that is filled from the account.

use clap::Args;

use super::reading;
use crate::args::StreamArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{self, line};
use crate::views::{self, ChoiceView};

const EXAMPLES: &str = "\
Examples:
  tollgate choices --stream contacts --field list_id
  tollgate choices --stream contacts --field list_id --json";

/// The arguments of `choices`.
#[derive(Args, Debug)]
#[command(about = "List what can be chosen for an option whose menu comes from the account", after_help = EXAMPLES)]
pub struct ChoicesArgs {
    /// Which stream.
    #[command(flatten)]
    pub stream: StreamArgs,

    /// The option whose menu is wanted
    #[arg(long, value_name = "OPTION")]
    pub field: String,
}

/// Lists what can be chosen.
///
/// # Errors
/// For a stream or option that does not exist or has no menu, and all that a request can come to.
pub async fn run(args: &ChoicesArgs, context: &Context) -> Outcome {
    let session = reading::open(context, &args.stream).await?;
    let read = reading::read(&session, &args.stream).build_for_menu(&args.field)?;
    let choices = session.choices(&read, &args.field).await?;
    if context.args.json {
        return output::print_json(&views::all::<_, ChoiceView>(&choices));
    }
    let mut table = output::table(&["value", "title"], context.width());
    for choice in &choices {
        table.add_row([line(&choice.value), line(&choice.title)]);
    }
    output::print(&output::indented(&table, 0))
}
