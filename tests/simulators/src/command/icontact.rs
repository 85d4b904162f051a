//! The stand-in for iContact on the command line.

use std::time::Duration;

use clap::{Args, ValueEnum};
use tollgate_simulators::IContact;
use tollgate_simulators::icontact::{
    AccountSettings, Builder, Credentials, EmptyList, Shape, Unsent,
};

use super::server::{ServerArguments, Signals};

/// What the stand-in for iContact takes.
#[derive(Args)]
pub struct IContactArguments {
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

impl IContactArguments {
    /// Serves until a signal comes.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::catch()?;
        let server = self.builder().start().await?;
        let credentials = server.credentials();
        let notes = [
            format!("API-AppId: {}", credentials.app_id),
            format!("API-Username: {}", credentials.username),
            format!("API-Password: {}", credentials.password),
            format!("first client folder: {}{}", server.origin(), server.truth().path()),
        ];
        signals.serve(&server, &notes).await
    }

    fn builder(self) -> Builder {
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
