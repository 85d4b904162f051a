//! What a destination is reached with: what the file says, and else what the environment says, in
//! the variables that every program of its kind reads.

use std::path::Path;

use tollgate_destinations::s3::Bucket;
use tollgate_destinations::{Credentials, Target};
use tollgate_model::Result;
use tollgate_sync::Destination;
use tollgate_vault::{Secret, SecretRef};

use crate::environment;
use crate::messages::Messages;

/// What an object store is asked with where nothing is said of it, and the variables that say it;
/// the first that is set counts.
const STORE: [(&str, &[&str]); 3] = [
    ("endpoint", &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]),
    ("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("access_key_id", &["AWS_ACCESS_KEY_ID"]),
];

/// Where the secrets of a destination lie. Those of a file are for the destination of the file.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// The password, or the secret access key.
    pub secret: Option<SecretRef>,
    /// The session token.
    pub session_token: Option<SecretRef>,
}

/// A destination with its secrets.
#[derive(Clone, Debug)]
pub struct Access {
    to: Target,
    credentials: Credentials,
}

impl Access {
    /// Reads the secrets of this destination.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where one cannot be read, or a variable says what cannot
    /// be.
    pub fn read(to: &Target, secrets: &Secrets, messages: &Messages) -> Result<Self> {
        let read = |reference: &Option<SecretRef>| -> Result<Option<Secret>> {
            let read = reference.as_ref().map(|reference| reference.read(&environment::variable));
            let read = read.transpose()?;
            read.iter().flat_map(|read| &read.notes).for_each(|note| messages.warn(note));
            Ok(read.map(|read| read.secret))
        };
        let secret = read(&secrets.secret)?;
        let (to, credentials) = match to.clone() {
            Target::Postgres(server) => {
                let secret = secret.or_else(|| variable("PGPASSWORD").map(Secret::new));
                (Target::Postgres(server), Credentials { secret, session_token: None })
            }
            Target::S3(bucket) => {
                let session_token = match &secret {
                    Some(_) => read(&secrets.session_token)?,
                    // A token belongs to one key.
                    None => variable("AWS_SESSION_TOKEN").map(Secret::new),
                };
                let secret = secret.or_else(|| variable("AWS_SECRET_ACCESS_KEY").map(Secret::new));
                (Target::S3(completed(bucket)?), Credentials { secret, session_token })
            }
            files => (files, Credentials::default()),
        };
        Ok(Access { to, credentials })
    }

    /// The destination. Its path is made absolute, so that what it tells of files is of use to
    /// whoever reads it elsewhere.
    pub fn destination(&self) -> Box<dyn Destination> {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.to.clone().map_path(absolute).destination(&self.credentials)
    }
}

fn completed(mut bucket: Bucket) -> Result<Bucket> {
    for (key, variables) in STORE {
        let said = variables.iter().find_map(|name| variable(name));
        if let (None, Some(said)) = (bucket.get(key), said) {
            bucket.set(key, &said)?;
        }
    }
    bucket.check()?;
    Ok(bucket)
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    environment::variable(name).filter(|text| !text.is_empty())
}
