//! A project with the connector, an account, and the stand-in.

use tollgate_simulators::incontact::{
    Builder, CANARY_ACCESS, CANARY_KEY, CANARY_PASSWORD, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_simulators::{InContact, Simulator};

use crate::place::{self, Place};

/// What somebody sets who has the wrong secrets.
pub const CANARY_WRONG: &str = "canary-wrong-0b5f";
/// What the client's secret begins with in HTTP Basic, behind the client's id.
const CANARY_BASIC: &str = "Y2FuYXJ5";
/// Everything that is secret about an account. It must be found in no output and no file.
const CANARIES: [&str; 7] = [
    CANARY_PASSWORD,
    CANARY_KEY,
    CANARY_SECRET,
    CANARY_ACCESS,
    CANARY_REFRESH,
    CANARY_WRONG,
    CANARY_BASIC,
];

/// CXone OpenID.
pub const CXONE: &str = "auth = \"cxone\"\nclient_id = \"client 0001\"\n\
    client_secret = { env = \"ACME_CLIENT_SECRET\" }\naccess_key_id = \"KEY0001==\"\n\
    access_key_secret = { env = \"ACME_KEY_SECRET\" }\n";
/// The access key alone.
pub const ACCESS_KEY: &str = "auth = \"access_key\"\ncluster = \"c30\"\n\
    access_key_id = \"KEY0001==\"\naccess_key_secret = { env = \"ACME_KEY_SECRET\" }\n";
/// User name and password.
pub const PASSWORD: &str = "auth = \"password\"\napplication_name = \"Reports\"\n\
    vendor_name = \"Example\"\nbusiness_unit = \"4500001\"\nusername = \"reports@example.com\"\n\
    password = { env = \"ACME_PASSWORD\" }\n";
/// All three.
pub const SIGN_INS: [&str; 3] = [CXONE, ACCESS_KEY, PASSWORD];

/// A project beside the stand-in.
pub type Desk = place::Desk<Simulator<InContact>>;

impl Desk {
    /// A project with the connector and an account of these lines.
    pub fn new(simulator: Builder, account: &str) -> Self {
        let server = simulator.start_blocking().unwrap();
        let variables = vec![
            ("ACME_CLIENT_SECRET", CANARY_SECRET.to_owned()),
            ("ACME_KEY_SECRET", CANARY_KEY.to_owned()),
            ("ACME_PASSWORD", CANARY_PASSWORD.to_owned()),
            ("ACME_WRONG", CANARY_WRONG.to_owned()),
        ];
        let desk = Desk { place: Place::new(server.origin(), &CANARIES, variables), server };
        desk.configure(account, "");
        desk.install("incontact");
        desk
    }

    /// Writes tollgate.toml: an account with these lines, and what is given.
    pub fn configure(&self, account: &str, more: &str) {
        let text = format!(
            "[accounts.acme]\nconnector = \"incontact\"\n{account}\n{}\n{more}",
            self.origins()
        );
        self.put("tollgate.toml", &text);
    }

    /// The stand-in in the place of all hosts of the provider.
    pub fn origins(&self) -> String {
        let origin = self.server.origin();
        let hosts = ["*.incontact.com", "*.nice-incontact.com", "*.niceincontact.com"];
        let hosts = hosts.map(|host| format!("\"https://{host}\" = \"{origin}\"\n")).concat();
        format!("[origins]\n{hosts}")
    }

    /// Nothing was sent that the provider would not take.
    pub fn offends_nobody(&self) {
        assert_eq!(self.server.violations(), Vec::<String>::new());
    }

    /// How many requests went to the API itself.
    pub fn calls(&self) -> usize {
        let requests = self.server.requests();
        requests.iter().filter(|request| request.path.contains("/services/")).count()
    }

    /// The rows of a table.
    pub fn count(&self, database: &str, table: &str) -> usize {
        let query = format!("SELECT count(*) FROM \"{table}\"");
        let count: i64 = self.database(database).query_row(&query, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }
}
