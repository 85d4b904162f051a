//! The rules of sign-in requests: what they send, and what is taken from their replies.

use super::auth::{Scheme, TEMPLATE_BYTES_MAX};
use super::report::{Place, Report};
use crate::descriptor::{ExchangeBody, ExchangeRequest, FieldKind, TakenValue, TokenExchange};
use crate::template::{JsonTemplate, Part, Template};
use crate::text::quote;

/// The most requests of a sign-in, and of a renewal.
const REQUESTS_MAX: usize = 5;
/// The most values that are taken from a reply.
const TAKEN_MAX: usize = 16;
/// The most bytes of the body of a sign-in request.
const BODY_BYTES_MAX: usize = 64 * 1_024;

impl<'a> Scheme<'a> {
    pub(super) fn token_exchange(
        &mut self,
        report: &mut Report,
        place: &Place<'_>,
        exchange: &'a TokenExchange,
    ) {
        let TokenExchange { sign_in, renewal, token, expires_in, base_url } = exchange;
        report.amount(place, "sign-in requests", sign_in.len(), 1..=REQUESTS_MAX);
        report.amount(place, "renewal requests", renewal.len(), 0..=REQUESTS_MAX);
        let requests = sign_in.iter().take(REQUESTS_MAX).chain(renewal.iter().take(REQUESTS_MAX));
        for request in requests {
            self.request(report, &place.at("request", &request.url), request);
            self.taken.extend(request.takes.iter().map(|taken| taken.name.as_str()));
        }
        let place_of = |what| place.at("template", what);
        let template = self.template(report, &place_of("token"), token);
        if template.is_some_and(|template| template.fields().next().is_none()) {
            report.add(&place_of("token"), format_args!("it names nothing that a reply gives"));
        }
        if let Some(expires_in) = expires_in {
            self.template(report, &place_of("lifetime"), expires_in);
        }
        if let Some(base_url) = base_url {
            self.base_url(report, &place_of("base URL"), base_url);
        }
    }

    fn base_url(&self, report: &mut Report, place: &Place<'_>, text: &str) {
        self.url_template(report, place, text);
        // What replies give is looked at by the gate, which knows the account's secrets.
        let template = Template::parse(text).ok();
        for name in template.iter().flat_map(Template::fields) {
            if self.is_secret(name) {
                let name = quote(name);
                report.add(place, format_args!("it names {name}, a secret, and connectors see it"));
            }
        }
        if self.form.field(TokenExchange::BASE_URL).is_some() {
            report.add(place, format_args!("an account field has the name of its setting"));
        }
    }

    fn request(&self, report: &mut Report, place: &Place<'_>, request: &ExchangeRequest) {
        let ExchangeRequest { url, headers, basic, body, takes } = request;
        self.url_template(report, place, url);
        self.no_secret_before_query(report, place, url);
        self.headers(report, place, headers);
        if let Some(basic) = basic {
            self.basic(report, place, &basic.credentials);
        }
        match body {
            ExchangeBody::None => {}
            ExchangeBody::Form { fields } => self.parameters(report, place, "form field", fields),
            ExchangeBody::Json { text } => self.json(report, &place.at("body", text), text),
        }
        report.amount(place, "values it takes", takes.len(), 0..=TAKEN_MAX);
        for taken in takes.iter().take(TAKEN_MAX) {
            self.taken_value(report, &place.at("value", &taken.name), taken);
        }
    }

    /// Hosts and paths are told to whoever looks at the audit trail. The gate refuses replies' secrets
    /// there.
    fn no_secret_before_query(&self, report: &mut Report, place: &Place<'_>, url: &str) {
        let template = Template::parse(url).ok();
        for part in template.iter().flat_map(Template::parts) {
            match part {
                Part::Text(text) if text.contains('?') => return,
                Part::Field(name) if self.is_secret(name) => {
                    let name = quote(name);
                    report.add(place, format_args!("it has {name}, a secret, before its query"));
                }
                _ => {}
            }
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        self.form.field(name).is_some_and(|field| field.kind == FieldKind::Secret)
    }

    fn taken_value(&self, report: &mut Report, place: &Place<'_>, taken: &TakenValue) {
        report.name(place, &taken.name);
        report.line(place, "pointer", &taken.pointer, TEMPLATE_BYTES_MAX);
        if !is_json_pointer(&taken.pointer) {
            let pointer = quote(&taken.pointer);
            report.add(place, format_args!("{pointer} is not a JSON pointer that begins with /"));
        }
        if let Some(claim) = &taken.claim {
            report.line(place, "claim", claim, TEMPLATE_BYTES_MAX);
        }
        // A field with several values is an error where a template names it.
        if self.form.field(&taken.name).is_some_and(|field| field.required) {
            report
                .add(place, format_args!("a field of that name is required, so it is never taken"));
        }
    }

    fn json(&self, report: &mut Report, place: &Place<'_>, text: &str) {
        report.count(text);
        if text.len() > BODY_BYTES_MAX {
            let bytes = text.len();
            report.add(place, format_args!("it has {bytes} bytes; {BODY_BYTES_MAX} are the most"));
            return;
        }
        match JsonTemplate::parse(text) {
            Err(error) => report.add(place, format_args!("{error}")),
            Ok(template) => self.fields(report, place, template.fields()),
        }
    }
}

/// RFC 6901. The empty pointer, which means the whole reply, leads to no value.
fn is_json_pointer(text: &str) -> bool {
    let escapes_are_whole = |text: &str| {
        text.split('~').skip(1).all(|rest| rest.starts_with('0') || rest.starts_with('1'))
    };
    text.starts_with('/') && escapes_are_whole(text)
}
