//! An answer, from its head to what the connector gets.

use std::sync::Arc;
use std::time::Duration;

use http::response::Parts;
use http::{Response, StatusCode, Version};
use hyper::body::Incoming;
use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use tollgate_model::LimitMeaning;

use crate::body::GateBody;
use crate::budget::Allowance;
use crate::changes::Change;
use crate::decode::Coding;
use crate::error::GateError;
use crate::headers;
use crate::passage::{Open, Shared};
use crate::retry::Outcome;
use crate::signs::{self, SIGN_BYTES};
use crate::slots::Slot;
use crate::timeouts::Timeouts;
use crate::tokens::Bearer;
use crate::wire::{Patience, Wire};

/// An answer before it is known whether the connector gets it.
pub(crate) struct Answer<'a> {
    passage: &'a Arc<Shared>,
    timeouts: Timeouts,
    head: Parts,
    content: Content,
    /// The sign of a limit that it shows.
    sign: Option<LimitMeaning>,
    arrival: Arrival<'a>,
}

/// What goes with an answer.
pub(crate) struct Arrival<'a> {
    pub(crate) slot: Slot,
    /// How long its head took.
    pub(crate) elapsed: Duration,
    /// The token that the request carried.
    pub(crate) bearer: Option<Arc<Bearer>>,
    /// What the request may have changed.
    pub(crate) change: Change<'a>,
}

/// The body of an answer.
enum Content {
    Unread(Incoming),
    /// Its begin was read, and is still in it.
    Begun(GateBody),
    /// It failed while its begin was read.
    Broken(GateError),
}

impl<'a> Answer<'a> {
    pub(crate) fn new(
        passage: &'a Arc<Shared>,
        timeouts: Timeouts,
        response: Response<Incoming>,
        arrival: Arrival<'a>,
    ) -> Self {
        let (head, body) = response.into_parts();
        Answer { passage, timeouts, head, content: Content::Unread(body), sign: None, arrival }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The token that the provider did not accept.
    pub(crate) fn refused_bearer(&self) -> Option<&Arc<Bearer>> {
        let is_refused = self.head.status == StatusCode::UNAUTHORIZED && self.sign.is_none();
        self.arrival.bearer.as_ref().filter(|_| is_refused)
    }

    /// Looks for a sign of a limit in the begin of the body, where a sign has the answer's status.
    pub(crate) async fn look_for_signs(mut self) -> Self {
        let signs = &self.passage.gate.limit_signs;
        if !signs::have_status(signs, self.head.status) {
            return self;
        }
        // What nobody can read shows no sign; its status counts.
        let Ok(coding) = Coding::of(&self.head.headers) else { return self };
        let Content::Unread(incoming) = self.content else { return self };
        let (version, elapsed) = (self.head.version, self.arrival.elapsed);
        let mut body = begin(self.passage, &self.timeouts, elapsed, version, incoming, coding);
        self.content = match body.peek(SIGN_BYTES).await {
            Ok(text) => {
                self.sign = signs::meaning(signs, self.head.status, &text);
                Content::Begun(body)
            }
            Err(error) => Content::Broken(error),
        };
        if self.sign.is_some() {
            // Whatever its status says: a request that met a limit was not carried out.
            self.arrival.change.take_back();
        }
        self
    }

    /// How the try ended.
    pub(crate) fn outcome(&self, now: Timestamp) -> Outcome {
        let (status, headers) = (self.head.status, &self.head.headers);
        match (&self.content, self.sign) {
            (_, Some(sign)) => Outcome::of_sign(sign, headers, now),
            (Content::Broken(error), None) => {
                Outcome::of_answer(status, headers, now).broken_by(error)
            }
            (_, None) => Outcome::of_answer(status, headers, now),
        }
    }

    /// The answer as the connector gets it.
    pub(crate) fn receive(
        self,
        in_flight: OwnedSemaphorePermit,
    ) -> Result<Response<GateBody>, GateError> {
        let Answer { passage, timeouts, mut head, content, arrival, .. } = self;
        let max = passage.gate.limits.response_head_bytes;
        if headers::bytes(&head.headers) > max {
            return Err(GateError::HeadTooLarge { max });
        }
        if let Some(scanner) = passage.scanner()
            && head.headers.values().any(|value| scanner.finds(value.as_bytes()))
        {
            let message = "a header of the answer contains one of the account's secrets";
            return Err(GateError::Leak(message.to_owned()));
        }
        let coding = Coding::of(&head.headers)?;
        headers::clean_incoming(&mut head.headers, coding.is_some());
        let mut body = match content {
            Content::Unread(incoming) => {
                begin(passage, &timeouts, arrival.elapsed, head.version, incoming, coding)
            }
            Content::Begun(body) => body,
            Content::Broken(error) => return Err(error),
        };
        passage.unread.note(&arrival.slot);
        body.keep_open(Open { _slot: arrival.slot, _in_flight: in_flight });
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}

fn begin(
    passage: &Arc<Shared>,
    timeouts: &Timeouts,
    elapsed: Duration,
    version: Version,
    incoming: Incoming,
    coding: Option<Coding>,
) -> GateBody {
    let allowance = Allowance::new(&passage.gate.limits);
    let patience = Patience::new(timeouts, elapsed);
    let wire = Wire::new(incoming, version, patience, passage.meter.clone(), allowance);
    GateBody::new(passage.clone(), wire, coding)
}
