//! What a connector asks for, in the form in which it is granted and compared.

use tollgate_runtime::Connector;

use crate::lock::Declared;

/// What a connector asks for.
pub fn declared(connector: &Connector) -> Declared {
    let descriptor = connector.descriptor();
    let audiences = descriptor.auth_methods.iter().flat_map(|method| &method.audiences);
    Declared {
        imports: connector.inspection().imports.iter().cloned().collect(),
        origins: descriptor.origins.iter().cloned().collect(),
        audiences: audiences.cloned().collect(),
    }
}
