//! Requests to a provider's token URL and device URL: under the rules of every other request, but
//! for the search for own secrets, as the answer is where they come from.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use secrecy::zeroize::Zeroizing;
use tokio::time::{Instant, timeout};
use tollgate_model::origin::Origin;
use tollgate_model::{Clock, Observer};

use super::form::Form;
use super::reply::Answer;
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

/// The way to a provider's token URL and device URL.
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

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn remaps(&self) -> &[Remap] {
        &self.remaps
    }

    /// Posts a form. It is sent again, as a GET would be, only where it cannot have done anything:
    /// nothing of it was sent, or there were too many requests. Of an answer that was lost nobody
    /// knows whether it held the only token that is still good.
    pub(super) async fn post(&self, url: &CanonicalUrl, form: &Form) -> Result<Answer, GateError> {
        let trail = Trail::new(self.observer.clone(), Method::POST, &url.redacted());
        let mut tries = Tries::new(self.retry, &Method::GET);
        for attempt in 1.. {
            let begun = Instant::now();
            let limit = GateError::Timeout { phase: Phase::Whole, limit: WHOLE };
            let answer = timeout(WHOLE, self.exchange(url, form)).await.unwrap_or(Err(limit));
            let outcome = answer.as_ref().map(|answer| answer.status);
            trail.tried(attempt, begun.elapsed(), outcome);
            match tries.decide(outcome_of(&answer), &*self.dice) {
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

    async fn exchange(&self, url: &CanonicalUrl, form: &Form) -> Result<Answer, GateError> {
        origin::check(&self.declared, &self.granted, url.host(), url.port())
            .map_err(|missing| GateError::Denied(format!("{} is {missing}", url.origin())))?;
        let (reach, uri) = origin::destination(&self.remaps, url, url.query())?;
        let mut request = Request::new(Full::new(form.body()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form_type);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(USER_AGENT, headers::AGENT);
        if let Some(authorization) = form.authorization() {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
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

fn outcome_of(answer: &Result<Answer, GateError>) -> Outcome {
    match answer {
        Ok(Answer { status: status @ StatusCode::TOO_MANY_REQUESTS, retry_after, .. }) => {
            Outcome::Answer { status: *status, retry_after: *retry_after }
        }
        Ok(_) => Outcome::Final,
        Err(error) => match Outcome::of_error(error) {
            Outcome::NotSent => Outcome::NotSent,
            _ => Outcome::Final,
        },
    }
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
