//! `tollgate-simulator`: the stand-ins on the command line, for the demonstration and for anybody.

use std::io::Write as _;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};
use tollgate_simulators::icontact::{AccountSettings, Credentials, EmptyList, Shape, Unsent};
use tollgate_simulators::{Fault, IContact};

const EXAMPLES: &str = "\
Examples:
  tollgate-simulator icontact
  tollgate-simulator icontact --port 8088 --contacts 2000 --seed 7
  tollgate-simulator icontact --fault 'cut-body:/contacts@4' --fault '503@1x2'
  tollgate-simulator icontact --contacts 200000 --bench

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
  header huge-header[=KIB], redirect=URL
  wire   cut-body, cut-chunked, wrong-length, stall, stall-body, drip[=MS], reset, reset-body,
         close, not-http

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
}

#[derive(Args)]
struct IContactArguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    behaviour: BehaviourArguments,
    #[command(flatten)]
    login: LoginArguments,
}

/// How the server behaves.
#[derive(Args)]
#[command(next_help_heading = "Server")]
struct ServerArguments {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Hold every answer back this long
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Compress answers for clients that accept gzip
    #[arg(long)]
    gzip: bool,
    /// Make something go wrong (repeatable; see below)
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// Print a line about every request to stderr
    #[arg(long)]
    verbose: bool,
}

/// How much there is.
#[derive(Args)]
#[command(next_help_heading = "Data")]
struct DataArguments {
    /// What the data grows from: the same seed gives the same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts in each client folder
    #[arg(long, default_value_t = 2_000)]
    contacts: usize,
    /// Lists in each client folder
    #[arg(long, default_value_t = 6)]
    lists: usize,
    /// Messages in each client folder
    #[arg(long, default_value_t = 12)]
    messages: usize,
    /// The most opens of a message; other tracking rows are in proportion
    #[arg(long, default_value_t = 60)]
    events: usize,
    /// Custom fields of contacts
    #[arg(long, default_value_t = 4)]
    custom_fields: usize,
    /// Client folders of the enabled account
    #[arg(long, default_value_t = 1)]
    folders: usize,
    /// Disabled accounts before the enabled one
    #[arg(long, default_value_t = 0)]
    disabled_accounts: usize,
    /// Added to the ids of contacts; 9007199254740992 takes them beyond what a double holds
    #[arg(long, default_value_t = 0)]
    id_base: u64,
    /// Contacts of about 900 bytes in 18 columns, rendered before the start
    #[arg(long)]
    bench: bool,
}

/// What the reference leaves open.
#[derive(Args)]
#[command(next_help_heading = "Behaviour")]
struct BehaviourArguments {
    /// The largest page
    #[arg(long, value_name = "ROWS", default_value_t = 500)]
    limit_max: usize,
    /// What a list without rows looks like
    #[arg(long, value_enum, default_value_t = EmptyArgument::Null)]
    empty: EmptyArgument,
    /// What the statistics of an unsent message look like
    #[arg(long, value_enum, default_value_t = UnsentArgument::Zeros)]
    unsent: UnsentArgument,
}

/// What a client has to send.
#[derive(Args)]
#[command(next_help_heading = "Login")]
struct LoginArguments {
    /// The header API-Username
    #[arg(long, default_value_t = Credentials::default().username)]
    username: String,
    /// The header API-Password; not for a real one, which others could see in the process list
    #[arg(long, default_value_t = Credentials::default().password)]
    password: String,
    /// The header API-AppId
    #[arg(long, default_value_t = Credentials::default().app_id)]
    app_id: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum EmptyArgument {
    Null,
    Array,
}

#[derive(Clone, Copy, ValueEnum)]
enum UnsentArgument {
    Zeros,
    NotFound,
}

fn main() -> anyhow::Result<()> {
    let VendorArguments::Icontact(arguments) = Arguments::parse().vendor;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run_icontact(*arguments))
}

async fn run_icontact(arguments: IContactArguments) -> anyhow::Result<()> {
    // The signals are caught before the address is told, so that whoever reads the address can
    // end the server in good order from then on.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let server = arguments.builder().start().await?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening on {}", server.origin())?;
    stdout.flush()?;
    drop(stdout);
    let credentials = server.credentials();
    eprintln!("API-AppId: {}", credentials.app_id);
    eprintln!("API-Username: {}", credentials.username);
    eprintln!("API-Password: {}", credentials.password);
    eprintln!("first client folder: {}{}", server.origin(), server.truth().path());
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    eprintln!("stopped after {} requests", server.request_count());
    for violation in server.violations() {
        eprintln!("violation: {violation}");
    }
    Ok(())
}

impl IContactArguments {
    fn builder(self) -> tollgate_simulators::icontact::Builder {
        let (server, data, behaviour) = (self.server, self.data, self.behaviour);
        let mut builder = IContact::builder()
            .port(server.port)
            .latency(Duration::from_millis(server.latency_ms))
            .gzip(server.gzip)
            .verbose(server.verbose)
            .seed(data.seed)
            .contacts(data.contacts)
            .lists(data.lists)
            .messages(data.messages)
            .events(data.events)
            .custom_fields(data.custom_fields)
            .id_base(data.id_base)
            .limit_max(behaviour.limit_max.max(1))
            .credentials(Credentials {
                app_id: self.login.app_id,
                username: self.login.username,
                password: self.login.password,
            });
        if data.bench {
            builder = builder.shape(Shape::Bench).prerender(true);
        }
        builder = match behaviour.empty {
            EmptyArgument::Null => builder.empty(EmptyList::Null),
            EmptyArgument::Array => builder.empty(EmptyList::Array),
        };
        builder = match behaviour.unsent {
            UnsentArgument::Zeros => builder.unsent(Unsent::Zeros),
            UnsentArgument::NotFound => builder.unsent(Unsent::NotFound),
        };
        for _ in 0..data.disabled_accounts {
            builder = builder.account(AccountSettings { enabled: false, folders: 1 });
        }
        builder = builder.account(AccountSettings { enabled: true, folders: data.folders.max(1) });
        server.faults.into_iter().fold(builder, |builder, fault| builder.fault(fault))
    }
}
