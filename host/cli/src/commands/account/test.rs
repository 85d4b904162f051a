//! `tollgate account test`: `tollgate check` for one account, under the name that one looks for.

use tollgate_model::AccountName;

use crate::commands::check::{self, CheckArgs};
use crate::context::Context;
use crate::failure::Outcome;

/// Signs in with an account.
///
/// # Errors
/// As [`check::run`].
pub async fn run(name: &AccountName, context: &Context) -> Outcome {
    check::run(&CheckArgs { account: Some(name.clone()) }, context).await
}
