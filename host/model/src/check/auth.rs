//! The rules of auth methods: templates, headers, URLs, and where credentials may go.

use std::collections::HashSet;

use super::form::Form;
use super::report::{Place, Report};
use super::{AUTH_METHODS_MAX, ORIGINS_MAX, TITLE_BYTES_MAX};
use crate::descriptor::{AuthMethod, AuthScheme, Basic, FieldKind, OAuth2, OAuth2Grant, Parameter};
use crate::origin::{Audience, Origin, origin_of};
use crate::template::{Part, Template};
use crate::text::quote;

/// The most headers, query parameters or form fields of one request.
const PARAMETERS_MAX: usize = 32;
/// The most bytes of a template, a URL, a JSON pointer or a scope.
pub(super) const TEMPLATE_BYTES_MAX: usize = 4_096;
/// The most scopes of OAuth 2.
const SCOPES_MAX: usize = 100;

/// Headers that frame a message, belong to one connection, or say what the host decodes: they are
/// the host's alone.
const HOST_HEADERS: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn check<'a>(
    report: &mut Report,
    place: &Place<'_>,
    methods: &'a [AuthMethod],
    account: &Form<'a>,
    origins: &[Origin],
) {
    report.amount(place, "auth methods", methods.len(), 1..=AUTH_METHODS_MAX);
    let mut seen = HashSet::new();
    for method in methods.iter().take(AUTH_METHODS_MAX) {
        let place = place.at("auth method", &method.name);
        report.name(&place, &method.name);
        if !seen.insert(method.name.as_str()) {
            report.add(&place, format_args!("it is there twice"));
        }
        report.title(&place, &method.title);
        report.description(&place, &method.description);
        // An account has the fields of both, so their names are siblings.
        let mut form = account.clone();
        form.add(report, &place, &method.fields);
        check_audiences(report, &place, &method.audiences, origins);
        let scheme = Scheme { form: &form, origins, taken: HashSet::new() };
        scheme.check(report, &place, &method.scheme);
    }
}

fn check_audiences(
    report: &mut Report,
    place: &Place<'_>,
    audiences: &[String],
    origins: &[Origin],
) {
    report.amount(place, "audiences", audiences.len(), 1..=ORIGINS_MAX);
    for text in audiences.iter().take(ORIGINS_MAX) {
        report.count(text);
        match text.parse::<Audience>() {
            Err(error) => report.add(place, format_args!("{error}")),
            Ok(audience) if !origins.iter().any(|origin| origin.covers(audience.origin())) => {
                let rule = "does not lie within the origins";
                report.add(place, format_args!("the audience {} {rule}", quote(text)));
            }
            Ok(_) => {}
        }
    }
}

/// What a scheme is checked against.
pub(super) struct Scheme<'a> {
    pub(super) form: &'a Form<'a>,
    origins: &'a [Origin],
    /// Names of values that replies give.
    pub(super) taken: HashSet<&'a str>,
}

impl<'a> Scheme<'a> {
    fn check(mut self, report: &mut Report, place: &Place<'_>, scheme: &'a AuthScheme) {
        match scheme {
            AuthScheme::Fixed { headers, query } => {
                if headers.is_empty() && query.is_empty() {
                    report.add(place, format_args!("it sends neither a header nor a parameter"));
                }
                self.headers(report, place, headers);
                self.parameters(report, place, "query parameter", query);
            }
            AuthScheme::Basic(basic) => self.basic(report, place, basic),
            AuthScheme::Bearer { token } => {
                self.template(report, &place.at("template", "token"), token);
            }
            AuthScheme::OAuth2(oauth2) => self.oauth2(report, place, oauth2),
            AuthScheme::TokenExchange(exchange) => self.token_exchange(report, place, exchange),
        }
    }

    pub(super) fn basic(&self, report: &mut Report, place: &Place<'_>, basic: &Basic) {
        self.template(report, &place.at("template", "username"), &basic.username);
        self.template(report, &place.at("template", "password"), &basic.password);
    }

    pub(super) fn headers(&self, report: &mut Report, place: &Place<'_>, headers: &[Parameter]) {
        report.amount(place, "headers", headers.len(), 0..=PARAMETERS_MAX);
        let mut seen = HashSet::new();
        for header in headers.iter().take(PARAMETERS_MAX) {
            let place = place.at("header", &header.name);
            report.line(&place, "name", &header.name, TITLE_BYTES_MAX);
            let name = header.name.to_ascii_lowercase();
            if !is_token(&name) {
                report.add(&place, format_args!("its name is not one that HTTP allows"));
            }
            if HOST_HEADERS.contains(&name.as_str()) {
                report.add(&place, format_args!("only the host sets it"));
            }
            if !seen.insert(name) {
                report.add(&place, format_args!("it is there twice"));
            }
            self.template(report, &place, &header.value);
        }
    }

    pub(super) fn parameters(
        &self,
        report: &mut Report,
        place: &Place<'_>,
        what: &'static str,
        parameters: &[Parameter],
    ) {
        report.amount(place, &format!("{what}s"), parameters.len(), 0..=PARAMETERS_MAX);
        for parameter in parameters.iter().take(PARAMETERS_MAX) {
            let place = place.at(what, &parameter.name);
            report.line(&place, "name", &parameter.name, TITLE_BYTES_MAX);
            if parameter.name.is_empty() {
                report.add(&place, format_args!("it has no name"));
            }
            self.template(report, &place, &parameter.value);
        }
    }

    fn oauth2(&self, report: &mut Report, place: &Place<'_>, oauth2: &OAuth2) {
        let OAuth2 { grants, authorize_url, token_url, device_url, scopes, .. } = oauth2;
        self.client(report, place, oauth2);
        if grants.is_empty() {
            report.add(place, format_args!("it offers no grant"));
        }
        if grants.contains(&OAuth2Grant::AuthorizationCode) && authorize_url.is_none() {
            report.add(place, format_args!("the authorization code needs an authorize URL"));
        }
        if grants.contains(&OAuth2Grant::DeviceCode) && device_url.is_none() {
            report.add(place, format_args!("the device code needs a device URL"));
        }
        // The user's browser goes to the authorize URL, not the host.
        if let Some(url) = authorize_url {
            self.url(report, &place.at("authorize URL", url), url);
        }
        for (what, url) in [("token URL", Some(token_url)), ("device URL", device_url.as_ref())] {
            if let Some(url) = url
                && let Some(origin) = self.url(report, &place.at(what, url), url)
            {
                self.within_origins(report, &place.at(what, url), &origin);
            }
        }
        report.amount(place, "scopes", scopes.len(), 0..=SCOPES_MAX);
        for scope in scopes.iter().take(SCOPES_MAX) {
            report.count(scope);
            if scope.len() > TEMPLATE_BYTES_MAX || !is_scope(scope) {
                report.add(place, format_args!("the scope {} is not one", quote(scope)));
            }
        }
    }

    fn client(&self, report: &mut Report, place: &Place<'_>, oauth2: &OAuth2) {
        if oauth2.client_id.is_empty() {
            report.add(place, format_args!("it has no client id"));
        }
        let pasted = oauth2.grants.contains(&OAuth2Grant::PastedToken);
        if pasted && oauth2.access_token.is_none() && oauth2.refresh_token.is_none() {
            report.add(place, format_args!("pasted tokens need a template that holds one"));
        }
        let templates = [
            ("client id", Some(&oauth2.client_id)),
            ("client secret", oauth2.client_secret.as_ref()),
            ("access token", oauth2.access_token.as_ref()),
            ("refresh token", oauth2.refresh_token.as_ref()),
        ];
        for (what, template) in templates {
            if let Some(template) = template {
                self.template(report, &place.at("template", what), template);
            }
        }
        let parameters = &oauth2.authorize_parameters;
        self.parameters(report, place, "authorize parameter", parameters);
    }

    pub(super) fn template(
        &self,
        report: &mut Report,
        place: &Place<'_>,
        text: &str,
    ) -> Option<Template> {
        report.line(place, "template", text, TEMPLATE_BYTES_MAX);
        match Template::parse(text) {
            Err(error) => {
                report.add(place, format_args!("{error}"));
                None
            }
            Ok(template) => {
                self.fields(report, place, template.fields());
                Some(template)
            }
        }
    }

    pub(super) fn fields<'n>(
        &self,
        report: &mut Report,
        place: &Place<'_>,
        names: impl Iterator<Item = &'n str>,
    ) {
        for name in names {
            let rule = match self.form.field(name).map(|field| &field.kind) {
                None if self.taken.contains(name) => continue,
                None => "no field of the account or of this auth method",
                Some(FieldKind::Texts | FieldKind::DateRange | FieldKind::Choices { .. }) => {
                    "a field with several values"
                }
                Some(_) => continue,
            };
            report.add(place, format_args!("it names {}, {rule}", quote(name)));
        }
    }

    /// The host of a URL may hold a field, and what a reply gave may be its beginning; then only the
    /// gate, which knows the values, can tell whether it lies within the origins.
    pub(super) fn url_template(&self, report: &mut Report, place: &Place<'_>, text: &str) {
        let Some(template) = self.template(report, place, text) else { return };
        let start = match template.parts() {
            [Part::Text(text), ..] => text.as_str(),
            [Part::Field(name), ..] if self.taken.contains(name.as_str()) => return,
            _ => "",
        };
        let Some(rest) = start.strip_prefix("https://") else {
            return report.add(place, format_args!("it does not begin with https://"));
        };
        if template.parts().len() > 1 && !rest.contains(['/', '?', '#']) {
            return;
        }
        match origin_of(start) {
            Err(error) => report.add(place, format_args!("{error}")),
            Ok(origin) => self.within_origins(report, place, &origin),
        }
    }

    fn url(&self, report: &mut Report, place: &Place<'_>, text: &str) -> Option<Origin> {
        report.line(place, "text", text, TEMPLATE_BYTES_MAX);
        match origin_of(text) {
            Err(error) => {
                report.add(place, format_args!("{error}"));
                None
            }
            Ok(origin) => Some(origin),
        }
    }

    fn within_origins(&self, report: &mut Report, place: &Place<'_>, origin: &Origin) {
        if !self.origins.iter().any(|declared| declared.covers(origin)) {
            report.add(place, format_args!("it does not lie within the origins"));
        }
    }
}

/// A field name of RFC 9110, section 5.1.
fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// A scope-token of RFC 6749, section 3.3.
fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}
