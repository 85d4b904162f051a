//! Reads after the first: only what is new comes, deletions among it; what was cut is gone on with;
//! child tables follow their parents.

use anyhow::Context;
use serde_json::{Map, Value, json};
use tollgate_destinations::Sqlite;
use tollgate_model::{Column, ErrorKind};
use tollgate_simulators::constant_contact::{Builder, Truth};
use tollgate_simulators::{ConstantContact, Fault};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Deletes, Failed, Mode, Report};

use crate::rows::{self, Rows, text};
use crate::truth;
use crate::world::{World, change, columns, offends_nobody, v2, v3};

/// The tables of what belongs to a contact, with the column of the key, and whether the entries
/// are ids alone.
const CHILDREN: [(&str, Option<&str>); 6] = [
    ("custom_fields", None),
    ("list_memberships", Some("list_id")),
    ("phone_numbers", None),
    ("street_addresses", None),
    ("taggings", Some("tag_id")),
    ("notes", None),
];

fn few() -> Builder {
    ConstantContact::builder().contacts(70).campaigns(5)
}

/// Merges a stream with child tables, or what is new of it, into the world's database.
async fn merge(
    world: &World,
    stream: &str,
    children: &[&str],
) -> anyhow::Result<Result<Report, Failed>> {
    let options: &[_] = if stream.ends_with("_lists") { &[] } else { &[("page_size", "20")] };
    merge_with(world, stream, children, options, Deletes::Remove).await
}

async fn merge_with(
    world: &World,
    stream: &str,
    children: &[&str],
    options: &[(&str, &str)],
    deletes: Deletes,
) -> anyhow::Result<Result<Report, Failed>> {
    let children = children.iter().map(|child| (*child).to_owned()).collect();
    let choices = Choices {
        mode: Mode::Merge,
        deletes,
        children,
        started_at: jiff::Timestamp::now().as_microsecond(),
        ..Choices::default()
    };
    let into = Box::new(Sqlite::at(world.database_file()));
    world.sync_into(into, stream, options, choices).await
}

async fn holds(world: &World, stream: &str, expected: Rows) -> anyhow::Result<()> {
    let columns = columns(world, stream).await?;
    compare(world, stream, &columns, &expected)
}

fn compare(world: &World, table: &str, columns: &[Column], expected: &Rows) -> anyhow::Result<()> {
    let stored = rows::stored(&world.database_file(), table, columns)?;
    let expected = rows::typed(expected, columns)?;
    rows::compare(&stored, &expected).with_context(|| table.to_owned())
}

/// Every contact, deleted ones too.
fn everybody(world: &World) -> Rows {
    truth::contacts(world.simulator.truth(), |_| true)
}

/// A contact changes, another one is deleted, a third is made.
fn change_contacts(world: &World) {
    let ids: Vec<_> = world.simulator.truth().contacts().map(|it| it.contact_id).collect();
    let changed = json!({
        "email_address": {"address": "contact1@example.com"},
        "first_name": "Zoë",
        "phone_numbers": [{"phone_number": "5551234", "kind": "home"}],
        "update_source": "Account",
    });
    change(world, "PUT", &format!("/v3/contacts/{}", ids[1]), &changed);
    change(world, "DELETE", &format!("/v3/contacts/{}", ids[2]), &Value::Null);
    let made = json!({
        "email_address": {"address": "new@example.com", "permission_to_send": "implicit"},
        "notes": [{"content": "from the fair"}],
        "create_source": "Account",
    });
    change(world, "POST", "/v3/contacts", &made);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_new_of_the_contacts_comes_and_deleted_ones_go() -> anyhow::Result<()> {
    let world = v3(few()).await?;
    let children = CHILDREN.map(|(name, _)| name);
    let truth = world.simulator.truth();
    let alive = || truth::contacts(truth, |it| it["deleted_at"].is_null());
    let first = merge(&world, "contacts", &children).await??;
    assert_eq!(first.rows, alive().len() as u64);
    holds(&world, "contacts", alive()).await?;

    change_contacts(&world);
    let second = merge(&world, "contacts", &children).await??;
    assert_eq!(second.rows, 3, "what is new, and nothing else");
    let loaded = second.loaded.context("it came to its end")?;
    assert_eq!((loaded.rows, loaded.removed), (2, 1));
    children_hold(&world, &alive()).await?;
    holds(&world, "contacts", alive()).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_contacts_stay_where_that_is_wanted() -> anyhow::Result<()> {
    let world = v3(few()).await?;
    let children = CHILDREN.map(|(name, _)| name);
    let truth = world.simulator.truth();
    let keep = || merge_with(&world, "contacts", &children, &[("page_size", "20")], Deletes::Keep);
    keep().await??;
    change_contacts(&world);
    keep().await??;
    // What had been deleted before the first read is not known to be missing.
    let gone: Vec<_> = truth.contacts().filter(|it| it.deleted_at.is_some()).collect();
    let early: Vec<_> = gone.iter().map(|it| it.contact_id.as_str()).collect();
    let is_known = |row: &Map<String, Value>| {
        let id = text(row, "contact_id");
        !early.contains(&id) || row["updated_at"].as_str() > Some("2026-10")
    };
    let expected = truth::keep(everybody(&world), is_known);
    assert_eq!(expected.iter().filter(|it| !it["deleted_at"].is_null()).count(), 1);
    children_hold(&world, &expected).await?;
    holds(&world, "contacts", expected).await
}

/// Whether each child table has the entries of these contacts, with the contact's key.
async fn children_hold(world: &World, contacts: &Rows) -> anyhow::Result<()> {
    let session = world.session().await?;
    let stream = session.connector().descriptor().stream("contacts").context("contacts")?;
    for (name, id) in CHILDREN {
        let child = stream.children.iter().find(|child| child.name == name).context(name)?;
        let mut expected = Rows::new();
        for contact in contacts {
            for entry in contact[name].as_array().into_iter().flatten() {
                let mut row = match (id, entry) {
                    (Some(id), value) => Map::from_iter([(id.to_owned(), value.clone())]),
                    (None, value) => value.as_object().context("no object")?.clone(),
                };
                row.insert("contact_id".to_owned(), contact["contact_id"].clone());
                expected.push(row);
            }
        }
        compare(world, &format!("contacts_{name}"), &child.columns, &expected)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_new_of_the_tables_of_the_api_v2_comes() -> anyhow::Result<()> {
    let world = v2(few()).await?;
    let truth = |resource: &str| -> Rows {
        let truth: Truth<'_> = world.simulator.truth();
        truth::of(truth, resource)
    };
    let children = ["addresses", "notes", "lists", "email_addresses", "custom_fields"];
    for stream in ["v2_contacts", "v2_email_campaigns", "v2_contact_lists"] {
        let children = if stream == "v2_contacts" { &children[..] } else { &[] };
        let first = merge(&world, stream, children).await??;
        assert_eq!(first.rows, truth(stream).len() as u64, "{stream}");
    }
    change_contacts(&world);
    change(&world, "POST", "/v3/contact_lists", &json!({"name": "Fair", "favorite": false}));
    for (stream, new) in [("v2_contacts", 3), ("v2_email_campaigns", 0), ("v2_contact_lists", 1)] {
        let children = if stream == "v2_contacts" { &children[..] } else { &[] };
        let second = merge(&world, stream, children).await??;
        assert_eq!(second.rows, new, "{stream}: what is new, and nothing else");
    }
    holds(&world, "v2_contacts", truth("v2_contacts")).await?;
    holds(&world, "v2_email_campaigns", truth("v2_email_campaigns")).await?;
    offends_nobody(&world)
}

/// A read that was cut goes on after its last page, and the one after it brings what is new since
/// the *first* of the two began.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_was_cut_is_gone_on_with_and_forgets_nothing() -> anyhow::Result<()> {
    // Contacts that are deleted stay in both lists, so that no later page shifts.
    for (world, stream, status) in [
        (v3(few()).await?, "contacts", ("contact_status", "all")),
        (v2(few()).await?, "v2_contacts", ("status", "ALL")),
    ] {
        let options = [("page_size", "20"), status];
        let truth = || match stream {
            "contacts" => everybody(&world),
            _ => truth::of(world.simulator.truth(), stream),
        };
        let total = truth().len() as u64;
        world.simulator.inject("503:/contacts@3+".parse::<Fault>()?);
        let run = merge_with(&world, stream, &[], &options, Deletes::Keep).await?;
        let Err(failed) = run else { anyhow::bail!("{stream} did not fail") };
        assert_eq!(failed.error.kind(), ErrorKind::Unavailable);
        assert_eq!(failed.report.kept.map(|kept| kept.rows), Some(40), "{stream}");
        world.simulator.heal();
        change_contacts(&world);
        let rest = merge_with(&world, stream, &[], &options, Deletes::Keep).await??;
        assert_eq!(rest.resumed.map(|resumed| resumed.rows), Some(40), "{stream}");
        // The third contact is new, and the last of all.
        assert_eq!(rest.rows, total - 40 + 1, "{stream}");
        let new = merge_with(&world, stream, &[], &options, Deletes::Keep).await??;
        assert_eq!(new.rows, 3, "{stream}: what changed since the read that was cut had begun");
        holds(&world, stream, truth()).await?;
        offends_nobody(&world)?;
    }
    Ok(())
}
