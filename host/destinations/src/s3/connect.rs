//! A connection of one load: the store's client, and the threads that it works on.

use std::future::Future;
use std::sync::Arc;

use object_store::aws::{AmazonS3, AmazonS3Builder, AwsCredential};
use object_store::{BackoffConfig, RetryConfig, StaticCredentialProvider};
use secrecy::ExposeSecret;
use tokio::runtime::{Builder, Runtime};
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_vault::Secret;

use super::error::explain;
use super::http::{Connector, Http};
use super::{Bucket, Patience};
use crate::Credentials;

/// A store, and what its requests are made with.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) store: AmazonS3,
    /// Bucket, prefix and endpoint.
    pub(super) place: String,
    /// One thread, so that a part is sent while the next one is written.
    runtime: Runtime,
}

impl Session {
    /// Makes ready. Nothing is sent yet.
    pub(super) fn open(
        bucket: &Bucket,
        credentials: &Credentials,
        patience: &Patience,
    ) -> Result<Self> {
        let place = bucket.place();
        let (Some(key_id), Some(secret)) = (&bucket.access_key_id, &credentials.secret) else {
            let hint = "in tollgate.toml, `access_key_id = \"…\", secret_access_key = { env = \
                        \"NAME\" }`; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            let message = format!("there are no keys for {place}");
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        };
        let token = credentials.session_token.as_ref();
        let credential = AwsCredential {
            key_id: key_id.clone(),
            secret_key: secret.expose_secret().to_owned(),
            token: token.map(|token| token.expose_secret().to_owned()),
        };
        let url = bucket.host_url()?;
        let http = Http::new(url.scheme() == "https", patience, token.cloned())?;
        // All that could be taken from the environment is said here, and `from_env` is not called.
        let store = AmazonS3Builder::new()
            .with_http_connector(Connector(http))
            .with_credentials(Arc::new(StaticCredentialProvider::new(credential)))
            .with_bucket_name(&bucket.bucket)
            .with_region(bucket.region())
            .with_endpoint(url.as_str().trim_end_matches('/'))
            .with_virtual_hosted_style_request(bucket.is_virtual_hosted())
            .with_allow_http(url.scheme() == "http")
            // Not every store deletes several objects at once.
            .with_disable_bulk_delete(true)
            .with_retry(retries(patience))
            .build()
            .map_err(|error| explain(&place, "set up the store's client", error))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tollgate-s3")
            .enable_all()
            .build()
            .map_err(|error| {
                let message = "no thread can be started for the object store";
                Error::new(ErrorKind::Destination, message).with_source(error)
            })?;
        Ok(Session { store, place, runtime })
    }

    /// Waits for what was asked of the store.
    pub(super) fn wait<F: Future>(&self, asked: F) -> F::Output {
        self.runtime.block_on(asked)
    }

    /// Has something done on the session's own thread.
    pub(super) fn spawn<F>(&self, asked: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.spawn(asked)
    }
}

fn retries(patience: &Patience) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: patience.first_pause,
            max_backoff: patience.longest_pause,
            base: 2.0,
        },
        max_retries: patience.retries,
        retry_timeout: patience.retrying,
    }
}

/// A text without this secret.
pub(super) fn covered(text: &str, secret: Option<&Secret>) -> String {
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => text.replace(secret.expose_secret(), &secret.to_string()),
        None => text.to_owned(),
    }
}
