//! The stand-in for Constant Contact on the command line.

use std::time::Duration;

use clap::Args;
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{
    Builder, Credentials, DEVICE_PATH, DeviceFlow, RateLimits, TOKEN_PATH,
};

use super::server::{ServerArguments, Signals};

/// What the stand-in for Constant Contact takes.
#[derive(Args)]
pub struct ConstantContactArguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    behaviour: BehaviourArguments,
    #[command(flatten)]
    login: LoginArguments,
}

/// How much there is.
#[derive(Args)]
#[command(next_help_heading = "Data")]
struct DataArguments {
    /// What the data grows from: the same seed gives the same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts, deleted ones included
    #[arg(long, default_value_t = 2_000)]
    contacts: usize,
    /// Contact lists
    #[arg(long, default_value_t = 6)]
    lists: usize,
    /// Email campaigns
    #[arg(long, default_value_t = 12)]
    campaigns: usize,
    /// The most contacts a campaign is sent to
    #[arg(long, default_value_t = 60)]
    tracking: usize,
    /// Events
    #[arg(long, default_value_t = 8)]
    events: usize,
    /// Files of the v2 library
    #[arg(long, default_value_t = 10)]
    files: usize,
    /// Render all contacts before the start
    #[arg(long)]
    bench: bool,
}

/// What the vendor may or may not do.
#[derive(Args)]
#[command(next_help_heading = "Behaviour")]
struct BehaviourArguments {
    /// Refuse more than 4 calls a second and 10,000 a day
    #[arg(long)]
    rate_limits: bool,
    /// Give the same refresh token again at every refresh
    #[arg(long)]
    long_lived_refresh: bool,
    /// How long an access token lives
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    access_lifetime_s: u64,
    /// How many polls of a device are told to go on waiting
    #[arg(long, value_name = "POLLS", default_value_t = 1)]
    device_pending: usize,
}

/// What a client has to send.
#[derive(Args)]
#[command(next_help_heading = "Login")]
struct LoginArguments {
    /// The client id, which is also the API key of v2
    #[arg(long, default_value_t = Credentials::default().client_id)]
    client_id: String,
    /// The client secret; not a real one, which others could see in the process list
    #[arg(long, default_value_t = Credentials::default().client_secret)]
    client_secret: String,
    /// An access token that is accepted from the start (repeatable)
    #[arg(long = "token", value_name = "TOKEN")]
    tokens: Vec<String>,
}

impl ConstantContactArguments {
    /// Serves until a signal comes.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::catch()?;
        let server = self.builder().start().await?;
        let (origin, credentials) = (server.origin(), server.credentials());
        let mut notes = vec![
            format!("v3: {origin}/v3"),
            format!("v2: {origin}/v2"),
            format!("token endpoint: {origin}{TOKEN_PATH}"),
            format!("device endpoint: {origin}{DEVICE_PATH}"),
            format!("client id: {}", credentials.client_id),
            format!("client secret: {}", credentials.client_secret),
        ];
        let tokens = credentials.pasted_tokens.iter();
        notes.extend(tokens.map(|token| format!("access token: {token}")));
        signals.serve(&server, &notes).await
    }

    fn builder(self) -> Builder {
        let (server, data, behaviour) = (self.server, self.data, self.behaviour);
        let mut credentials = Credentials {
            client_id: self.login.client_id,
            client_secret: self.login.client_secret,
            ..Credentials::default()
        };
        if !self.login.tokens.is_empty() {
            credentials.pasted_tokens = self.login.tokens;
        }
        let pending = behaviour.device_pending;
        let mut builder = ConstantContact::builder()
            .port(server.port)
            .latency(Duration::from_millis(server.latency_ms))
            .gzip(server.gzip)
            .verbose(server.verbose)
            .seed(data.seed)
            .contacts(data.contacts)
            .lists(data.lists)
            .campaigns(data.campaigns)
            .tracking(data.tracking)
            .events(data.events)
            .files(data.files)
            .prerender(data.bench)
            .rotating_refresh(!behaviour.long_lived_refresh)
            .access_lifetime(Duration::from_secs(behaviour.access_lifetime_s))
            .device(DeviceFlow { pending, ..DeviceFlow::default() })
            .credentials(credentials);
        if behaviour.rate_limits {
            builder = builder.rate_limits(RateLimits::documented());
        }
        server.faults.into_iter().fold(builder, |builder, fault| builder.fault(fault))
    }
}
