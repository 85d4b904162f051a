//! What the builders of all stand-ins have in common.

/// The methods of a builder: one for each setting that is a plain value, those about the server,
/// and the two that start it. The builder has the fields `settings` and `server` and a method
/// `vendor(self)`.
macro_rules! builder_methods {
    ($vendor:ty; $($(#[$doc:meta])* $name:ident: $type:ty => $($field:ident).+;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(mut self, value: $type) -> Self {
            self.$($field).+ = value;
            self
        })*

        /// The port on 127.0.0.1 (0: any free one).
        #[must_use]
        pub fn port(mut self, value: u16) -> Self {
            self.server.port = value;
            self
        }

        /// How long every answer is held back (not at all).
        #[must_use]
        pub fn latency(mut self, value: ::std::time::Duration) -> Self {
            self.server.latency = value;
            self
        }

        /// Whether answers are compressed for clients that accept gzip (no).
        #[must_use]
        pub fn gzip(mut self, value: bool) -> Self {
            self.server.gzip = value;
            self
        }

        /// Whether the answer to a GET is kept and given again to the same address (no).
        #[must_use]
        pub fn remember(mut self, value: bool) -> Self {
            self.server.remember = value;
            self
        }

        /// Whether a line about every request goes to stderr (no).
        #[must_use]
        pub fn verbose(mut self, value: bool) -> Self {
            self.server.verbose = value;
            self
        }

        /// Adds a fault.
        #[must_use]
        pub fn fault(mut self, fault: $crate::fault::Fault) -> Self {
            self.server.faults.push(fault);
            self
        }

        /// Starts the server from asynchronous code.
        ///
        /// # Errors
        /// When the port is taken, or the system refuses a socket or a thread.
        pub async fn start(self) -> ::std::io::Result<$crate::simulator::Simulator<$vendor>> {
            // Making much data takes a while, in which other tasks may go on.
            let started = ::tokio::task::spawn_blocking(|| self.start_blocking()).await;
            started.unwrap_or_else(|error| Err(::std::io::Error::other(error)))
        }

        /// Starts the server; needs no runtime and may be called within one.
        ///
        /// # Errors
        /// When the port is taken, or the system refuses a socket or a thread.
        pub fn start_blocking(self) -> ::std::io::Result<$crate::simulator::Simulator<$vendor>> {
            let server = self.server.clone();
            $crate::simulator::Simulator::start(self.vendor(), server)
        }
    };
}
pub(crate) use builder_methods;
