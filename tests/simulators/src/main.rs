//! `tollgate-simulator`: the stand-ins on the command line, for the demonstration and for anybody.

mod command;

use clap::{Parser, Subcommand};

use command::constant_contact::ConstantContactArguments;
use command::icontact::IContactArguments;
use command::incontact::InContactArguments;

const EXAMPLES: &str = "\
Examples:
  tollgate-simulator icontact
  tollgate-simulator icontact --port 8088 --contacts 2000 --seed 7
  tollgate-simulator icontact --fault 'cut-body:/contacts@4' --fault '503@1x2'
  tollgate-simulator icontact --contacts 200000 --bench
  tollgate-simulator constant-contact --port 8089 --rate-limits
  tollgate-simulator incontact --port 8090 --days 400 --requests-per-token 20

The first line on stdout is `listening on http://127.0.0.1:PORT`. SIGINT or SIGTERM ends it.";

const FAULTS: &str = "\
Faults are written kind[=value][:/path][@when][#name].
  path   the end of the path, whole segments, * for any one: /contacts, /messages/*/opens
  when   @4 the fourth matching request, @4x3 three from the fourth on, @4+ all from the
         fourth on, @every3 every third, @every3x2 twice at most; all requests if left
         out
  status 400 to 599; =1, =3600, =date+60 (a date) or =text is sent as Retry-After
  paging endless, repeat-page[=requested|stale], duplicate-page, grow[=ROWS], shrink[=ROWS]
  body   html, error-body, cut-json, missing-records, wrong-records, null-records, empty-page,
         invalid-utf8, oversized[=MIB], echo-headers
  header huge-header[=KIB], header=NAME=VALUE, redirect=URL
  wire   cut-upload, cut-body, cut-chunked, wrong-length, stall, stall-body, drip[=MS], reset,
         reset-body, close, not-http

Examples:
  --fault html:/contacts@3            a page of HTML under status 200, once
  --fault 503=2@every5                every fifth request is told to wait two seconds
  --fault 429=3600:/messages/*/opens  opens are out of reach for an hour
  --fault stall:/subscriptions@2      the second page never comes";

/// Stand-in vendor APIs: real HTTP on loopback, seeded data, faults on demand.
#[derive(Parser)]
#[command(name = "tollgate-simulator", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    vendor: VendorArguments,
}

#[derive(Subcommand)]
enum VendorArguments {
    /// Stands in for the iContact API 2.2, reading only
    #[command(after_help = FAULTS)]
    Icontact(Box<IContactArguments>),
    /// Stands in for the Constant Contact APIs v3 and v2, and for their OAuth 2 server
    #[command(after_help = FAULTS)]
    ConstantContact(Box<ConstantContactArguments>),
    /// Stands in for the NICE inContact APIs of all versions, and for their three ways to sign in
    #[command(name = "incontact", after_help = FAULTS)]
    InContact(Box<InContactArguments>),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.vendor {
            VendorArguments::Icontact(arguments) => arguments.run().await,
            VendorArguments::ConstantContact(arguments) => arguments.run().await,
            VendorArguments::InContact(arguments) => arguments.run().await,
        }
    })
}
