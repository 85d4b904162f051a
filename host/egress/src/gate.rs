//! The gate: what all passages of an account share.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use tollgate_model::origin::{Audience, Origin};
use tollgate_model::{Clock, LimitSign, Observer, Result};

use crate::config::GateConfig;
use crate::credentials::Attachment;
use crate::endpoint::Endpoint;
use crate::headers;
use crate::leak::Watch;
use crate::limits::{GateLimits, ScanBudget};
use crate::origin::Remap;
use crate::passage::Passage;
use crate::purpose::Purpose;
use crate::rate::Queue;
use crate::resolve::{Network, SystemNetwork};
use crate::retry::Dice;
use crate::slots::Slots;
use crate::tokens::TokenSource;
use crate::transport::Transport;

/// The only door to the network for all runs of one account. Clones are the same gate: they share
/// the account's pace, its slots and its connections.
#[derive(Clone)]
pub struct Gate(Arc<Works>);

impl Gate {
    /// A gate. It has to be used within a tokio runtime.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] for credentials that are missing or cannot be sent and
    /// for a certificate authority that is none; [`tollgate_model::ErrorKind::Bug`] for templates
    /// and headers of the descriptor.
    pub fn new(
        config: GateConfig,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> Result<Gate> {
        Gate::with_edges(config, clock, observer, Edges::of_machine())
    }

    pub(crate) fn with_edges(
        config: GateConfig,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
        edges: Edges,
    ) -> Result<Gate> {
        let Edges { network, dice } = edges;
        let transport = Transport::new(network, &config.limits, &config.extra_root_certificates)?;
        let watch = Arc::new(Watch::new(config.credentials.secrets.values()));
        let endpoint = Endpoint::new(
            &config,
            transport.clone(),
            clock.clone(),
            observer.clone(),
            dice.clone(),
        );
        let tokens = TokenSource::of(&config, endpoint, watch.clone())?.map(Arc::new);
        Ok(Gate(Arc::new(Works {
            attachment: Attachment::prepare(&config.credentials)?,
            watch,
            tokens,
            queue: Queue::new(&config.rate_limits),
            slots: Slots::new(config.concurrent_requests),
            declared: config.declared,
            granted: config.granted,
            remaps: config.remaps,
            reads_by_post: config.reads_by_post,
            limit_signs: config.limit_signs,
            limits: config.limits,
            transport,
            clock,
            observer,
            dice,
        })))
    }

    /// A passage with its own budget: one scan, one writer, or one call beside those.
    pub fn passage(&self, purpose: Purpose, budget: ScanBudget) -> Passage {
        Passage::new(self.0.clone(), purpose, budget)
    }

    /// The URL below which the account's API is, without a slash at its end, where the auth method
    /// finds it by signing in. That is done now, unless a token is at hand that is still good.
    ///
    /// # Errors
    /// All that a sign-in can come to: as a rule [`tollgate_model::ErrorKind::Unauthorized`] where
    /// the provider refuses it, and [`tollgate_model::ErrorKind::Denied`] where the URL lies outside
    /// the origins that are declared and granted or holds one of the account's secrets.
    pub async fn base_url(&self) -> Result<Option<String>> {
        match &self.0.tokens {
            Some(tokens) if tokens.finds_base_url() => {
                Ok(tokens.bearer().await?.base_url().map(str::to_owned))
            }
            _ => Ok(None),
        }
    }

    /// Whether the gate takes this header away where a connector sets it.
    pub fn reserves_header(&self, name: &HeaderName) -> bool {
        headers::is_reserved(name) || self.0.attachment.header_names().contains(name)
    }
}

/// Where the gate touches what a test wants to give it.
pub(crate) struct Edges {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) dice: Arc<Dice>,
}

impl Edges {
    /// The machine's network and chance.
    pub(crate) fn of_machine() -> Self {
        Edges { network: Arc::new(SystemNetwork), dice: Arc::new(random_up_to) }
    }
}

/// What a gate is made of.
pub(crate) struct Works {
    pub(crate) declared: Vec<Origin>,
    pub(crate) granted: Vec<Origin>,
    pub(crate) remaps: Vec<Remap>,
    pub(crate) reads_by_post: Vec<Audience>,
    pub(crate) limit_signs: Vec<LimitSign>,
    pub(crate) limits: GateLimits,
    pub(crate) attachment: Attachment,
    pub(crate) watch: Arc<Watch>,
    pub(crate) tokens: Option<Arc<TokenSource>>,
    pub(crate) queue: Queue,
    pub(crate) slots: Slots,
    pub(crate) transport: Transport,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) dice: Arc<Dice>,
}

fn random_up_to(bound: Duration) -> Duration {
    rand::random_range(Duration::ZERO..=bound)
}
