//! Everything it takes to read a connector's rows from a program of your own:
//!
//! ```text
//! cargo run -p tollgate-runtime --example embed -- icontact.wasm USERNAME APP_ID PASSWORD_FILE
//! ```

use std::path::Path;

use tollgate_runtime::{Access, Account, Result, Runtime, RuntimeConfig, Secret};

/// Reads the contacts, and says how many there are.
pub async fn count_contacts(component: &Path, account: &Account, place: &str) -> Result<usize> {
    let runtime = Runtime::new(RuntimeConfig::default())?;
    let connector = runtime.load_file(component).await?;
    // Grants what the connector declares; `place` is where its origin really is.
    let access = Access::declared(connector.descriptor()).remap("https://app.icontact.com", place);
    let session = connector.connect(account, access)?;
    let read = session.read("contacts").option("status", "total").columns(["email"]).build()?;
    let mut scan = session.open(&read, None, None).await?;
    let mut rows = 0;
    while let Some(page) = scan.next().await? {
        // `page.batch` is an Arrow `RecordBatch`.
        rows += page.batch.num_rows();
    }
    Ok(rows)
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, username, app_id, password_file] = arguments.as_slice() else {
        return Err("usage: embed COMPONENT USERNAME APP_ID PASSWORD_FILE".into());
    };
    let password = std::fs::read_to_string(password_file)?.trim_end().to_owned();
    let account = Account::new("acme".parse()?, "icontact".parse()?)
        .with_setting("username", username)
        .with_secret("app_id", Secret::new(app_id.clone()))
        .with_secret("password", Secret::new(password));
    let place = "https://app.icontact.com";
    println!("{} contacts", count_contacts(component.as_ref(), &account, place).await?);
    Ok(())
}
