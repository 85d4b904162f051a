//! The requests by which an account signs in: under the rules of every other request, but for the
//! search for own secrets, as the answer is where they come from.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use secrecy::zeroize::Zeroizing;
use tokio::time::{Instant, timeout};
use tollgate_model::origin::Origin;
use tollgate_model::{Clock, ErrorKind, Observer};
use url::form_urlencoded;

use crate::audit::Trail;
use crate::config::{GateConfig, GuestTimeouts};
use crate::crossing::rate_limited;
use crate::error::{GateError, Phase};
use crate::headers;
use crate::limits::RetryLimits;
use crate::origin::{self, Remap};
use crate::retry::{Decision, Dice, Outcome, Tries};
use crate::timeouts::Timeouts;
use crate::transport::Transport;
use crate::url::CanonicalUrl;

/// Bytes of an answer. 64 KiB: twenty times the largest we know.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// The whole exchange. 30 s: others may wait for the same token.
const WHOLE: Duration = Duration::from_secs(30);
/// Tries where no connection comes about. 3: nothing was sent, and others may wait.
const TRIES: u32 = 3;

/// The type of a form.
pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// What the operator can do about an origin that is refused.
const GRANT_HINT: &str =
    "`tollgate add FILE.wasm` grants a connector its origins, of those that it declares";

/// A request by which an account signs in.
pub(crate) struct Outgoing {
    /// GET or POST.
    pub(crate) method: Method,
    pub(crate) url: CanonicalUrl,
    /// Beside those that are the gate's.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// How long the provider asks to stay away.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// The way to the URLs at which an account signs in.
pub(crate) struct Endpoint {
    declared: Vec<Origin>,
    granted: Vec<Origin>,
    remaps: Vec<Remap>,
    transport: Transport,
    timeouts: Timeouts,
    retry: RetryLimits,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
    dice: Arc<Dice>,
}

impl Endpoint {
    pub(crate) fn new(
        config: &GateConfig,
        transport: Transport,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
        dice: Arc<Dice>,
    ) -> Self {
        Endpoint {
            declared: config.declared.clone(),
            granted: config.granted.clone(),
            remaps: config.remaps.clone(),
            transport,
            timeouts: Timeouts::clamp(GuestTimeouts::default(), config.limits.timeouts),
            retry: RetryLimits { attempts: TRIES, ..config.limits.retry },
            clock,
            observer,
            dice,
        }
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn remaps(&self) -> &[Remap] {
        &self.remaps
    }

    /// Whether the connector declares the URL's origin and the operator granted it.
    ///
    /// # Errors
    /// [`GateError::SignIn`] of the kind [`ErrorKind::Denied`], which says how origins are granted.
    pub(crate) fn check_origin(&self, url: &CanonicalUrl) -> Result<(), GateError> {
        let checked = origin::check(&self.declared, &self.granted, url.host(), url.port());
        checked.map_err(|missing| GateError::SignIn {
            kind: ErrorKind::Denied,
            message: format!("{} is {missing}", url.origin()),
            hint: Some(GRANT_HINT.to_owned()),
        })
    }

    /// Sends a request. A POST is sent again, as a GET would be, only where it cannot have done
    /// anything: nothing of it was sent, or there were too many requests. Of an answer that was lost
    /// nobody knows whether it held the only token that is still good.
    ///
    /// # Errors
    /// Every [`GateError`] of a request. A status that is no success is none.
    pub(crate) async fn send(&self, outgoing: &Outgoing) -> Result<Answer, GateError> {
        let Outgoing { method, url, .. } = outgoing;
        let trail = Trail::new(self.observer.clone(), method.clone(), &url.redacted());
        let mut tries = Tries::new(self.retry, &Method::GET);
        for attempt in 1.. {
            let begun = Instant::now();
            let limit = GateError::Timeout { phase: Phase::Whole, limit: WHOLE };
            let answer = timeout(WHOLE, self.exchange(outgoing)).await.unwrap_or(Err(limit));
            let outcome = answer.as_ref().map(|answer| answer.status);
            trail.tried(attempt, begun.elapsed(), outcome);
            match tries.decide(outcome_of(method, &answer), &*self.dice) {
                Decision::Deliver => return self.judge(answer?),
                Decision::RateLimited(wait) => return Err(rate_limited(self.clock.now(), wait)),
                Decision::Again(reason, wait) => {
                    trail.waits(reason, wait);
                    tokio::time::sleep(wait).await;
                }
            }
        }
        Err(GateError::Limit("the tries of a request are used up".to_owned()))
    }

    /// A rate limit is no answer, however short it is.
    fn judge(&self, answer: Answer) -> Result<Answer, GateError> {
        match (answer.status, answer.retry_after) {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait)) => {
                Err(rate_limited(self.clock.now(), wait))
            }
            _ => Ok(answer),
        }
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Result<Answer, GateError> {
        let Outgoing { method, url, headers, body } = outgoing;
        self.check_origin(url)?;
        let (reach, uri) = origin::destination(&self.remaps, url, url.query())?;
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers.clone();
        let headers = request.headers_mut();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(USER_AGENT, headers::AGENT);
        let response = self.transport.exchange(reach, request, &self.timeouts).await?;
        self.receive(response).await
    }

    async fn receive(&self, response: Response<Incoming>) -> Result<Answer, GateError> {
        let (head, body) = response.into_parts();
        if head.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(GateError::Undecodable("it is compressed, unasked".to_owned()));
        }
        let retry_after = match Outcome::of_answer(head.status, &head.headers, self.clock.now()) {
            Outcome::Answer { retry_after, .. } => retry_after,
            _ => None,
        };
        let body = collect(body).await?;
        Ok(Answer { status: head.status, retry_after, body })
    }
}

/// The body of a form.
pub(crate) fn form<'a>(fields: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Bytes {
    // Large enough from the start: growing would leave copies behind.
    let bytes = fields.clone().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut serializer = form_urlencoded::Serializer::new(String::with_capacity(bytes));
    serializer.extend_pairs(fields);
    Bytes::from(serializer.finish())
}

fn outcome_of(method: &Method, answer: &Result<Answer, GateError>) -> Outcome {
    let outcome = match answer {
        Ok(Answer { status, retry_after, .. }) => {
            Outcome::Answer { status: *status, retry_after: *retry_after }
        }
        Err(error) => Outcome::of_error(error),
    };
    let did_nothing = match outcome {
        Outcome::Answer { status, .. } => status == StatusCode::TOO_MANY_REQUESTS,
        outcome => outcome == Outcome::NotSent,
    };
    if method == Method::GET || did_nothing { outcome } else { Outcome::Final }
}

async fn collect(body: Incoming) -> Result<Zeroizing<Vec<u8>>, GateError> {
    match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
        Ok(collected) => {
            let bytes: Bytes = collected.to_bytes();
            Ok(Zeroizing::new(bytes.into()))
        }
        Err(error) if error.is::<LengthLimitError>() => {
            Err(GateError::BodyTooLarge(format!("more than {ANSWER_BYTES_MAX} bytes")))
        }
        Err(_) => Err(GateError::Cut("within the answer".to_owned())),
    }
}
