//! The stand-in for NICE inContact on the command line.

use std::time::Duration;

use clap::Args;
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, Credentials, RateLimits};

use super::server::{ServerArguments, Signals};

/// The origins that a client has to reach here in place of the vendor's.
const ORIGINS: [&str; 3] =
    ["https://*.incontact.com", "https://*.nice-incontact.com", "https://*.niceincontact.com"];

/// What the stand-in for NICE inContact takes.
#[derive(Args)]
pub struct InContactArguments {
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
    /// What the data grows from: the same seed gives the same data, up to the time of the start
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The days before today that data is spread over
    #[arg(long, default_value_t = 60)]
    days: u32,
    /// Agents
    #[arg(long, default_value_t = 24)]
    agents: usize,
    /// Teams
    #[arg(long, default_value_t = 5)]
    teams: usize,
    /// Skills
    #[arg(long, default_value_t = 8)]
    skills: usize,
    /// Campaigns
    #[arg(long, default_value_t = 4)]
    campaigns: usize,
    /// Contacts, open or completed
    #[arg(long, default_value_t = 600)]
    contacts: usize,
    /// Custom reports
    #[arg(long, default_value_t = 4)]
    reports: usize,
}

/// What the vendor may or may not do.
#[derive(Args)]
#[command(next_help_heading = "Behaviour")]
struct BehaviourArguments {
    /// The largest page
    #[arg(long, value_name = "ROWS", default_value_t = 10_000)]
    top_max: usize,
    /// How many polls find a report job still running
    #[arg(long, value_name = "POLLS", default_value_t = 2)]
    job_polls: usize,
    /// How long an access token lives
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600)]
    access_lifetime_s: u64,
    /// End an access token after so many requests
    #[arg(long, value_name = "REQUESTS")]
    requests_per_token: Option<usize>,
    /// Refuse more calls within a second than this, with 429
    #[arg(long, value_name = "CALLS")]
    calls_per_second: Option<usize>,
}

/// What a client has to know. No secret is a real one: others could see it in the process list.
#[derive(Args)]
#[command(next_help_heading = "Login")]
struct LoginArguments {
    /// The password of the password grant
    #[arg(long, default_value_t = Credentials::default().password)]
    password: String,
    /// The secret of the access key
    #[arg(long, default_value_t = Credentials::default().access_key_secret)]
    access_key_secret: String,
    /// The client secret of CXone
    #[arg(long, default_value_t = Credentials::default().client_secret)]
    client_secret: String,
}

impl InContactArguments {
    /// Serves until a signal comes.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::catch()?;
        let server = self.builder().start().await?;
        let (origin, known) = (server.origin(), server.credentials());
        let mut notes = vec!["tollgate.toml:".to_owned(), "  [origins]".to_owned()];
        notes.extend(ORIGINS.map(|pattern| format!("  \"{pattern}\" = \"{origin}\"")));
        notes.extend([
            "cxone:".to_owned(),
            format!("  client id: {}", known.client_id),
            format!("  client secret: {}", known.client_secret),
            format!("  tenant id: {}", known.tenant_id),
            "cxone and access_key:".to_owned(),
            format!("  access key id: {}", known.access_key_id),
            format!("  access key secret: {}", known.access_key_secret),
            "password:".to_owned(),
            format!("  application name: {}", known.application_name),
            format!("  vendor name: {}", known.vendor_name),
            format!("  business unit: {}", known.business_unit),
            format!("  username: {}", known.username),
            format!("  password: {}", known.password),
        ]);
        signals.serve(&server, &notes).await
    }

    fn builder(self) -> Builder {
        let (server, data, behaviour) = (self.server, self.data, self.behaviour);
        let credentials = Credentials {
            password: self.login.password,
            access_key_secret: self.login.access_key_secret,
            client_secret: self.login.client_secret,
            ..Credentials::default()
        };
        let per_second = behaviour.calls_per_second;
        let mut builder = InContact::builder()
            .port(server.port)
            .latency(Duration::from_millis(server.latency_ms))
            .gzip(server.gzip)
            .verbose(server.verbose)
            .seed(data.seed)
            .days(data.days)
            .agents(data.agents)
            .teams(data.teams)
            .skills(data.skills)
            .campaigns(data.campaigns)
            .contacts(data.contacts)
            .reports(data.reports)
            .top_max(behaviour.top_max)
            .job_polls(behaviour.job_polls)
            .access_lifetime(Duration::from_secs(behaviour.access_lifetime_s))
            .rate_limits(RateLimits { per_second, ..RateLimits::default() })
            .credentials(credentials);
        if let Some(requests) = behaviour.requests_per_token {
            builder = builder.requests_per_token(requests);
        }
        server.faults.into_iter().fold(builder, |builder, fault| builder.fault(fault))
    }
}
