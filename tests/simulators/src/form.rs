//! Bodies of HTML forms.

use url::form_urlencoded;

use crate::vendor::Request;

/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The form of a request's body.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body. The error says what is wrong with it.
    pub(crate) fn read(request: &Request) -> Result<Form, &'static str> {
        if media_type(request) != FORM {
            return Err("the body must be application/x-www-form-urlencoded");
        }
        Ok(Form(form_urlencoded::parse(&request.body).into_owned().collect()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }
}

/// The content type of a request's body, without parameters.
pub(crate) fn media_type(request: &Request) -> &str {
    let kind = request.header("content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}
