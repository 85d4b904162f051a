//! One request's way through the gate, in the one order that the README fixes. What is decided is
//! decided in the other modules; this one only asks them, one after the other.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};
use tollgate_model::WaitReason;

use crate::answer::{Answer, Arrival};
use crate::audit::Trail;
use crate::body::GateBody;
use crate::changes::{self, Change};
use crate::config::GuestTimeouts;
use crate::error::GateError;
use crate::gate::Works;
use crate::headers;
use crate::origin;
use crate::passage::Shared;
use crate::purpose;
use crate::repeat::{self, Sight};
use crate::resolve::Reach;
use crate::retry::{Decision, Outcome, Tries, backoff};
use crate::slots::Slot;
use crate::timeouts::Timeouts;
use crate::tokens::{Bearer, TokenSource};
use crate::url::CanonicalUrl;

/// A request that may be sent.
struct Cleared {
    method: Method,
    url: CanonicalUrl,
    headers: HeaderMap,
    body: Bytes,
    timeouts: Timeouts,
    trail: Trail,
}

pub(crate) async fn cross<B>(
    passage: Arc<Shared>,
    request: Request<B>,
    timeouts: GuestTimeouts,
    in_flight: OwnedSemaphorePermit,
) -> Result<Response<GateBody>, GateError>
where
    B: Body<Data = Bytes> + Send + 'static,
{
    passage.check_open()?;
    let (head, body) = request.into_parts();
    let cleared = clear(&passage, head, body, timeouts).await;
    let outcome = match cleared {
        Ok(cleared) => deliver(&passage, &cleared, in_flight).await,
        Err(error) => Err(error),
    };
    outcome.map_err(|error| passage.judge(error))
}

/// All checks that need no network.
async fn clear<B>(
    passage: &Shared,
    head: Parts,
    body: B,
    timeouts: GuestTimeouts,
) -> Result<Cleared, GateError>
where
    B: Body<Data = Bytes>,
{
    let trail = |url: &str| Trail::new(passage.gate.observer.clone(), head.method.clone(), url);
    let refuse = |trail: Trail, error: GateError| {
        trail.tried(1, Duration::ZERO, Err(&error));
        error
    };
    let url = match CanonicalUrl::parse(&head.uri) {
        Ok(url) => url,
        Err(error) => return Err(refuse(trail("(not a valid URL)"), error)),
    };
    let checked = async {
        check_origin(passage, &url)?;
        let reads_by_post = &passage.gate.reads_by_post;
        purpose::check(passage.purpose, reads_by_post, &head.method, &url)?;
        let headers = headers::outgoing(&head.headers, passage.gate.attachment.header_names())?;
        let body = collect(body, passage.gate.limits.request_body_bytes).await?;
        Ok((headers, body))
    };
    let (headers, body) = match checked.await {
        Ok(checked) => checked,
        Err(error) => return Err(refuse(trail(&url.redacted()), error)),
    };
    if let Err(error) = check_no_leak(passage, &url, &headers, &body) {
        // Any part of the URL may be what leaks.
        return Err(refuse(trail("(a URL with a secret)"), error));
    }
    let trail = trail(&url.redacted());
    let timeouts = Timeouts::clamp(timeouts, passage.gate.limits.timeouts);
    Ok(Cleared { method: head.method, url, headers, body, timeouts, trail })
}

fn check_origin(passage: &Shared, url: &CanonicalUrl) -> Result<(), GateError> {
    let gate = &passage.gate;
    origin::check(&gate.declared, &gate.granted, url.host(), url.port())
        .map_err(|missing| GateError::Denied(format!("{} is {missing}", url.origin())))
}

async fn collect<B: Body<Data = Bytes>>(body: B, max: u64) -> Result<Bytes, GateError> {
    let limit = usize::try_from(max).unwrap_or(usize::MAX);
    // The connector's own error is put aside: it says nothing that the connector does not know.
    let body = body.map_err(|_| GateError::RequestCut);
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(GateError::RequestTooLarge { max }),
        Err(_) => Err(GateError::RequestCut),
    }
}

fn check_no_leak(
    passage: &Shared,
    url: &CanonicalUrl,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), GateError> {
    let Some(scanner) = passage.scanner() else { return Ok(()) };
    let query = url.query().unwrap_or_default();
    let leaks = [url.host(), url.path(), query].iter().any(|part| scanner.finds(part.as_bytes()))
        || headers.values().any(|value| scanner.finds(value.as_bytes()))
        || scanner.finds(body);
    if leaks {
        let message = "the request contains one of the account's secrets";
        return Err(GateError::Leak(message.to_owned()));
    }
    Ok(())
}

/// Sends a request as often as it takes.
async fn deliver(
    passage: &Arc<Shared>,
    cleared: &Cleared,
    in_flight: OwnedSemaphorePermit,
) -> Result<Response<GateBody>, GateError> {
    let gate = &passage.gate;
    pace_repeat(passage, cleared).await?;
    let mut tries = Tries::new(gate.limits.retry, &cleared.method);
    let mut may_renew = true;
    for attempt in 1.. {
        let answer = attempt_once(passage, cleared, attempt).await;
        if may_renew && let Some((tokens, refused)) = refused_token(gate, &answer) {
            may_renew = false;
            // A 401 did nothing, so whatever it was may be sent again. Its slot is free meanwhile.
            drop(answer);
            tokens.renew(refused).await?;
            continue;
        }
        let now = gate.clock.now();
        let outcome = match &answer {
            Ok(answer) => answer.outcome(now),
            Err(error) => Outcome::of_error(error),
        };
        let (reason, wait) = match tries.decide(outcome, &*gate.dice) {
            Decision::Deliver => return answer?.receive(in_flight),
            Decision::RateLimited(wait) => {
                gate.queue.hold(wait);
                return Err(rate_limited(now, wait));
            }
            Decision::Again(reason, wait) => (reason, wait),
        };
        // Its slot and, where it can be used again, its connection are free while this one waits.
        drop(answer);
        if reason == WaitReason::RetryAfter {
            gate.queue.hold(wait);
        }
        cleared.trail.waits(reason, wait);
        tokio::time::sleep(wait).await;
    }
    Err(GateError::Limit("the tries of a request are used up".to_owned()))
}

async fn pace_repeat(passage: &Shared, cleared: &Cleared) -> Result<(), GateError> {
    let gate = &passage.gate;
    let Cleared { method, url, body, .. } = cleared;
    match passage.see(repeat::Request { method, url, body }) {
        Sight::Fresh => Ok(()),
        Sight::Again(times) => {
            let wait = backoff(&gate.limits.retry, times, &*gate.dice);
            cleared.trail.waits(WaitReason::Backoff, wait);
            tokio::time::sleep(wait).await;
            Ok(())
        }
        Sight::Loop { .. } => {
            let error = GateError::Limit("the same request came again and again".to_owned());
            cleared.trail.tried(1, Duration::ZERO, Err(&error));
            Err(error)
        }
    }
}

/// The token that the provider did not accept, where another can be had.
fn refused_token<'a>(
    gate: &'a Works,
    answer: &Result<Answer<'_>, GateError>,
) -> Option<(&'a Arc<TokenSource>, Arc<Bearer>)> {
    let bearer = answer.as_ref().ok()?.refused_bearer()?;
    let tokens = gate.tokens.as_ref()?;
    tokens.can_renew(bearer).then(|| (tokens, Arc::clone(bearer)))
}

/// One try: token, budget, slot, pace, credentials, exchange, signs.
async fn attempt_once<'a>(
    passage: &'a Arc<Shared>,
    cleared: &Cleared,
    attempt: u32,
) -> Result<Answer<'a>, GateError> {
    let admitted = async {
        let bearer = bearer(passage, cleared).await?;
        Ok((admit(passage, cleared, attempt).await?, bearer))
    };
    let admitted = admitted.await;
    let begun = Instant::now();
    let answer = match admitted {
        Ok((slot, bearer)) => {
            let exchanged = exchange(passage, cleared, bearer.as_deref()).await;
            exchanged.map(|(response, change)| {
                let arrival = Arrival { slot, elapsed: begun.elapsed(), bearer, change };
                Answer::new(passage, cleared.timeouts, response, arrival)
            })
        }
        Err(error) => Err(error),
    };
    let outcome = answer.as_ref().map(Answer::status);
    cleared.trail.tried(attempt, begun.elapsed(), outcome);
    Ok(answer?.look_for_signs().await)
}

/// The account's token, for a request that it is meant for. Had before the request takes its place
/// among the others, as having it may take a while.
async fn bearer(passage: &Shared, cleared: &Cleared) -> Result<Option<Arc<Bearer>>, GateError> {
    let gate = &passage.gate;
    match &gate.tokens {
        Some(tokens) if gate.attachment.is_meant_for(&cleared.url) => {
            passage.check_open()?;
            tokens.bearer().await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn exchange<'a>(
    passage: &'a Shared,
    cleared: &Cleared,
    bearer: Option<&Bearer>,
) -> Result<(Response<Incoming>, Change<'a>), GateError> {
    let (reach, request) = outgoing(passage, cleared, bearer)?;
    // Before it is sent: where this future is dropped, nobody learns what became of it.
    let mut change = passage.changes.begin(&cleared.method);
    let answer = passage.gate.transport.exchange(reach, request, &cleared.timeouts).await;
    let did_nothing = match &answer {
        Ok(answer) => changes::is_refusal(answer.status()),
        Err(error) => error.is_before_sending(),
    };
    if did_nothing {
        change.take_back();
    }
    Ok((answer?, change))
}

/// Waits until the account may send another request.
async fn admit(passage: &Shared, cleared: &Cleared, attempt: u32) -> Result<Slot, GateError> {
    let gate = &passage.gate;
    passage.check_open()?;
    let url = &cleared.url;
    let chosen = url.path().len() + url.query().map_or(0, str::len) + cleared.body.len();
    passage.meter.request(chosen as u64 + headers::bytes(&cleared.headers), attempt > 1)?;
    let most = gate.limits.rate_wait;
    let slot = timeout(most, gate.slots.take(&passage.unread)).await.map_err(|_| {
        GateError::Limit(format!("no other request of the account came to its end in {most:?}"))
    })?;
    let tell = |reason, wait| cleared.trail.waits(reason, wait);
    match gate.queue.pass(most, tell).await {
        Ok(()) => Ok(slot),
        Err(too_long) => Err(rate_limited(gate.clock.now(), too_long.wait)),
    }
}

/// The request as it goes on the wire: the last hop, and the only place with the credentials.
fn outgoing(
    passage: &Shared,
    cleared: &Cleared,
    bearer: Option<&Bearer>,
) -> Result<(Reach, Request<Full<Bytes>>), GateError> {
    let gate = &passage.gate;
    let url = &cleared.url;
    let is_meant = gate.attachment.is_meant_for(url);
    let query = gate.attachment.query(url.query(), is_meant);
    let (reach, uri) = origin::destination(&gate.remaps, url, query.as_deref())?;
    let mut request = Request::new(Full::new(cleared.body.clone()));
    *request.method_mut() = cleared.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = cleared.headers.clone();
    if is_meant {
        gate.attachment.attach_headers(request.headers_mut());
    }
    if let Some(bearer) = bearer {
        request.headers_mut().insert(AUTHORIZATION, bearer.header());
    }
    Ok((reach, request))
}

pub(crate) fn rate_limited(now: Timestamp, wait: Duration) -> GateError {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    GateError::RateLimited { retry_at: now.checked_add(wait).unwrap_or(Timestamp::MAX) }
}
