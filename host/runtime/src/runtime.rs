//! Loading: from a file to a connector that has said what it is and been believed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use tollgate_model::{Error, ErrorKind, Result, SystemClock, Unobserved, check};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::admission::Admission;
use crate::bindings::ConnectorHostPre;
use crate::cache::Cache;
use crate::connector::Connector;
use crate::digest::Digest;
use crate::failure::Label;
use crate::guest::{Guest, Template, World};
use crate::http::Hooks;
use crate::inspect::{self, Inspection};
use crate::limits::Limits;
use crate::state::State;
use crate::{convert, engine, linker};

/// How connectors are run.
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// Where compiled components are kept. The directory is made where there is none, for this user
    /// alone. `None`: every load compiles.
    pub cache_dir: Option<PathBuf>,
    /// What a component may use.
    pub limits: Limits,
    /// How many instances have memory reserved for them, for processes that run very many short
    /// reads. No more than these can run at once. `None`: any number, each made on demand.
    pub pool: Option<u32>,
}

/// Loads connectors. A process needs one; clones share it.
#[derive(Clone)]
pub struct Runtime(Arc<Shared>);

struct Shared {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Cache>,
    cache_problem: Option<String>,
    limits: Arc<Limits>,
    describe_limits: Arc<Limits>,
    admission: Admission,
}

/// How a component came to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was compiled just now.
    Compiled,
    /// It had been compiled before.
    Cached,
}

impl Runtime {
    /// Starts an engine. A cache directory that cannot be used is no error: see
    /// [`Runtime::cache_problem`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where one instance may use more memory than all of them together;
    /// [`ErrorKind::Bug`] where this machine cannot run WebAssembly.
    pub fn new(config: RuntimeConfig) -> Result<Self> {
        let admission = Admission::new(&config.limits)?;
        let engine = engine::engine(config.pool, &config.limits)?;
        let linker = linker::linker(&engine)?;
        let (cache, cache_problem) = match config.cache_dir {
            None => (None, None),
            Some(directory) => match Cache::open(&directory, &engine) {
                Ok(cache) => (Some(cache), None),
                Err(error) => (None, Some(format!("cannot use the cache {directory:?}: {error}"))),
            },
        };
        let describe_limits = Arc::new(describing(&config.limits));
        let limits = Arc::new(config.limits);
        Ok(Runtime(Arc::new(Shared {
            engine,
            linker,
            cache,
            cache_problem,
            limits,
            describe_limits,
            admission,
        })))
    }

    /// Why the cache directory is not used, where it is not: every load compiles then.
    pub fn cache_problem(&self) -> Option<&str> {
        self.0.cache_problem.as_deref()
    }

    /// What a component asks for and offers, by its file alone. Nothing of it runs.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where this is no component, or one that is too large.
    pub fn inspect(&self, wasm: &[u8]) -> Result<Inspection> {
        inspect::check_size(wasm.len() as u64, &self.0.limits)?;
        Inspection::of(wasm, Digest::of(wasm))
    }

    /// Loads a component: compiles it or takes the compiled one from the cache, links it, has it
    /// describe itself without network, and checks the description.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is no connector for this version of the interface,
    /// [`ErrorKind::Bug`] where it breaks the interface's rules, [`ErrorKind::Limit`] where it needs
    /// more than it may have.
    pub async fn load(&self, wasm: &[u8]) -> Result<Connector> {
        inspect::check_size(wasm.len() as u64, &self.0.limits)?;
        self.load_digested(wasm, Digest::of(wasm)).await
    }

    /// Loads a component from a file, as [`Runtime::load`] does.
    ///
    /// # Errors
    /// As [`Runtime::load`]; [`ErrorKind::Config`] where the file cannot be read.
    pub async fn load_file(&self, path: &Path) -> Result<Connector> {
        let wasm = self.read(path)?;
        self.load(&wasm).await.map_err(|error| error.context(path.display()))
    }

    /// Loads a component from a file, and only the one of this digest.
    ///
    /// # Errors
    /// As [`Runtime::load_file`]; [`ErrorKind::Config`] where the file has another digest, and then
    /// nothing of it ran.
    pub async fn load_pinned(&self, path: &Path, digest: &Digest) -> Result<Connector> {
        let wasm = self.read(path)?;
        let found = Digest::of(&wasm);
        if found != *digest {
            let text = format!("{} has the digest {found}, not {digest}", path.display());
            return Err(Error::new(ErrorKind::Config, text)
                .with_hint("the file was changed since it was approved; approve it again"));
        }
        self.load_digested(&wasm, found).await.map_err(|error| error.context(path.display()))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let cannot_read = |error| {
            Error::new(ErrorKind::Config, format!("cannot read the component {}", path.display()))
                .with_source(error)
        };
        let limits = &self.0.limits;
        let file = File::open(path).map_err(cannot_read)?;
        let size = file.metadata().map_err(cannot_read)?.len();
        inspect::check_size(size, limits).map_err(|error| error.context(path.display()))?;
        let mut wasm = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        // The size may have been a lie, as that of a pipe is.
        let most = limits.component_bytes as u64 + 1;
        file.take(most).read_to_end(&mut wasm).map_err(cannot_read)?;
        Ok(wasm)
    }

    async fn load_digested(&self, wasm: &[u8], digest: Digest) -> Result<Connector> {
        let inspection = Inspection::of(wasm, digest)?;
        inspection.check()?;
        let (component, origin) = self.component(wasm, &inspection.digest).await?;
        let pre = self.0.linker.instantiate_pre(&component).and_then(ConnectorHostPre::new);
        let pre = pre.map_err(|error| {
            Error::new(ErrorKind::Config, "the component does not fit the connector interface")
                .with_hint("build the connector again with the current SDK")
                .with_source(error)
        })?;
        let template = Template {
            pre,
            label: Label::new(format!("component {}", inspection.digest)),
            limits: Arc::clone(&self.0.describe_limits),
            admission: self.0.admission.clone(),
        };
        let descriptor = describe(&template).await?;
        let label = Label::new(format!("connector {} {}", descriptor.id, descriptor.version));
        let template = Template { label, limits: Arc::clone(&self.0.limits), ..template };
        Ok(Connector::new(template, descriptor, inspection, origin))
    }

    async fn component(&self, wasm: &[u8], digest: &Digest) -> Result<(Component, Origin)> {
        let Shared { engine, cache, limits, .. } = &*self.0;
        if let Some(component) = cache.as_ref().and_then(|cache| cache.get(engine, digest)) {
            return Ok((component, Origin::Cached));
        }
        let (engine, bytes) = (engine.clone(), wasm.to_vec());
        // A compilation cannot be stopped: one that takes too long goes on without anybody waiting.
        let compiling =
            tokio::task::spawn_blocking(move || Component::from_binary(&engine, &bytes));
        let component = match tokio::time::timeout(limits.compile_time, compiling).await {
            Ok(Ok(compiled)) => compiled.map_err(not_valid)?,
            Ok(Err(error)) => {
                return Err(Error::new(ErrorKind::Bug, "the compiler failed").with_source(error));
            }
            Err(_) => {
                let text = format!("compiling took more than {:?}", limits.compile_time);
                return Err(Error::new(ErrorKind::Limit, text));
            }
        };
        if let Some(cache) = cache {
            // A full disk costs time at the next load, and no more.
            let _ = cache.put(digest, &component);
        }
        Ok((component, Origin::Compiled))
    }
}

fn not_valid(error: wasmtime::Error) -> Error {
    Error::new(ErrorKind::Config, "the component file is damaged, or uses an unknown feature")
        .with_hint("get or build the file again")
        .with_source(error)
}

/// The limits under which a component describes itself.
fn describing(limits: &Limits) -> Limits {
    let describe = &limits.describe;
    Limits {
        memory_bytes: describe.memory_bytes.min(limits.memory_bytes),
        call_bytes: describe.call_bytes,
        cpu_per_call: describe.cpu,
        cpu_per_read: describe.cpu,
        wall_per_call: describe.wall,
        wall_per_read: describe.wall,
        ..limits.clone()
    }
}

async fn describe(template: &Template) -> Result<tollgate_model::Descriptor> {
    let world = World {
        hooks: Hooks::offline(),
        observer: Arc::new(Unobserved),
        clock: Arc::new(SystemClock),
        time_zone: TimeZone::UTC,
    };
    let guest = Guest::start(template, world).await?;
    let call =
        guest.call("describe", async |exports, store| Ok(Ok(exports.call_describe(store).await?)));
    let (guest, described) = call.await?;
    guest.refuse_requests("describe")?;
    let descriptor = convert::descriptor(described);
    check::check(&descriptor).map_err(|error| error.context(&template.label))?;
    Ok(descriptor)
}
