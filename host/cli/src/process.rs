//! What shapes the process and not what is read: limits, remaps, certificates, the cache folder.
//! Each value knows where it comes from.

use std::fs;
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tollgate_egress::Remap;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_runtime::Limits;

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::environment::Environment;
use crate::limits;
use crate::origin::Origin;

/// The resolved settings of the process.
#[derive(Clone, Debug)]
pub struct ProcessSettings {
    /// The limits.
    pub limits: Limits,
    /// Where each limit that was set comes from.
    pub limit_origins: Vec<(&'static str, Origin)>,
    /// Origins that are somewhere else; the first that fits counts.
    pub remaps: Vec<(Remap, Origin)>,
    /// Where compiled connectors are kept.
    pub cache_dir: Option<(PathBuf, Origin)>,
    /// The file with further certificate authorities.
    pub ca_file: Option<PathBuf>,
}

impl ProcessSettings {
    /// Resolves them: flags before the environment, before the file, before defaults.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a limit that does not exist or a value that is none.
    pub fn resolve(
        args: &GlobalArgs,
        environment: &Environment,
        config: Option<&Config>,
    ) -> Result<Self> {
        let mut settings = ProcessSettings {
            limits: Limits::default(),
            limit_origins: Vec::new(),
            remaps: args.origins.iter().map(|r| (r.clone(), Origin::Flag("--origin"))).collect(),
            cache_dir: cache_dir(args, environment),
            ca_file: args.ca_file.clone(),
        };
        if let Some(config) = config {
            for (key, value) in &config.limits {
                let origin = Origin::File(config.source.line(key.span().start));
                settings.set_limit(key.get_ref(), value, origin)?;
            }
            settings.remaps.extend(config.origins.iter().map(|remap| {
                let line = config.source.line(remap.span().start);
                (remap.get_ref().clone(), Origin::File(line))
            }));
        }
        for (key, value) in &args.limits {
            settings.set_limit(key, value, Origin::Flag("--limits"))?;
        }
        Ok(settings)
    }

    /// Where the value of a limit comes from.
    pub fn limit_origin(&self, key: &str) -> Origin {
        let set = self.limit_origins.iter().rev().find(|(name, _)| *name == key);
        set.map_or(Origin::Default, |(_, origin)| *origin)
    }

    /// The certificate authorities of the file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it cannot be read or has none.
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        match &self.ca_file {
            None => Ok(Vec::new()),
            Some(path) => read_certificates(path),
        }
    }

    fn set_limit(&mut self, key: &str, value: &str, origin: Origin) -> Result<()> {
        limits::set(&mut self.limits, key, value)?;
        self.limit_origins.push((limits::find(key)?.key, origin));
        Ok(())
    }
}

fn cache_dir(args: &GlobalArgs, environment: &Environment) -> Option<(PathBuf, Origin)> {
    let flag = args.cache_dir.clone().map(|dir| (dir, Origin::Flag("--cache-dir")));
    let variable = || {
        let dir = environment.cache_dir.clone()?;
        Some((dir, Origin::Environment("TOLLGATE_CACHE_DIR")))
    };
    let default = || Some((environment.user_cache.as_ref()?.join("tollgate"), Origin::Default));
    flag.or_else(variable).or_else(default)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |what: &str| {
        let message = format!("the certificate file {} {what}", path.display());
        Error::new(ErrorKind::Config, message).with_hint("--ca-file takes certificates in PEM form")
    };
    let pem = fs::read(path).map_err(|error| wrong("cannot be read").with_source(error))?;
    // The parser's error is left out of the causes: it has nothing to say that helps.
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| wrong("is damaged"))?;
    if certificates.is_empty() {
        return Err(wrong("has no certificate in it"));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    #[test]
    fn flags_come_before_the_file_and_that_before_defaults() {
        let text = "[limits]\nguest_memory = \"64MiB\"\npages = 5\n\
                    [origins]\n\"https://a.example.com\" = \"http://127.0.0.1:1\"\n";
        let source = Source::new(Path::new("t.toml"), text.to_owned());
        let config = Config::parse(source).unwrap();
        let args = GlobalArgs {
            limits: vec![("guest_memory".to_owned(), "32MiB".to_owned())],
            origins: vec!["https://a.example.com=http://127.0.0.1:2".parse().unwrap()],
            ..GlobalArgs::default()
        };
        let environment = Environment::default();
        let settings = ProcessSettings::resolve(&args, &environment, Some(&config)).unwrap();
        assert_eq!(settings.limits.memory_bytes, 32 << 20);
        assert_eq!(settings.limits.pages, 5);
        assert_eq!(settings.limit_origin("guest_memory"), Origin::Flag("--limits"));
        assert_eq!(settings.limit_origin("pages"), Origin::File(3));
        assert_eq!(settings.limit_origin("handles"), Origin::Default);
        let places: Vec<String> =
            settings.remaps.iter().map(|(remap, _)| remap.to().to_string()).collect();
        assert_eq!(places, ["http://127.0.0.1:2", "http://127.0.0.1:1"]);
    }

    #[test]
    fn the_cache_is_where_the_flag_the_variable_or_the_user_has_it() {
        let environment = Environment {
            cache_dir: Some("/e".into()),
            user_cache: Some("/home/a/.cache".into()),
            ..Environment::default()
        };
        let without = Environment { cache_dir: None, ..environment.clone() };
        let flag = GlobalArgs { cache_dir: Some("/f".into()), ..GlobalArgs::default() };
        let none = GlobalArgs::default();
        let folder = |args, environment| cache_dir(args, environment).map(|(dir, _)| dir);
        assert_eq!(folder(&flag, &environment), Some("/f".into()));
        assert_eq!(folder(&none, &environment), Some("/e".into()));
        assert_eq!(folder(&none, &without), Some("/home/a/.cache/tollgate".into()));
        assert_eq!(folder(&none, &Environment::default()), None);
    }
}
