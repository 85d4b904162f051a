//! The calls beside reading.

#[test]
fn the_connector_describes_itself() {
    let descriptor = tollgate_sdk::connector::describe::<tollgate_incontact::Incontact>();
    assert_eq!(descriptor.id, "incontact");
}
