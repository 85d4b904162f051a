//! The rules of forms: account fields, fields of auth methods, options.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::report::{Place, Report};
use super::{CHOICES_MAX, FIELDS_MAX};
use crate::descriptor::{Choice, Condition, Field, FieldKind};
use crate::settings::{VALUE_BYTES_MAX, convert};
use crate::text::quote;

/// A default is converted as if it were entered on this day; whether it can be does not depend on
/// the day for any default that makes sense.
const SOME_DAY: Date = Date::constant(2024, 2, 29);

/// What a form is for, as far as that decides what may stand in it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Use {
    /// It makes an account: there are secrets, and no account yet that could fill a menu.
    Account,
    /// It sets a stream's options.
    Options,
}

/// The fields of one form, as far as they were looked at.
#[derive(Clone)]
pub(super) struct Form<'a> {
    what: &'static str,
    for_use: Use,
    amount: usize,
    known: HashMap<&'a str, Known<'a>>,
}

#[derive(Clone)]
struct Known<'a> {
    field: &'a Field,
    /// The values of its menu, so that conditions on it are looked up and not searched.
    menu: HashSet<&'a str>,
}

impl<'a> Form<'a> {
    /// A form without fields; `what` is what one of them is called.
    pub(super) fn new(what: &'static str, for_use: Use) -> Self {
        Form { what, for_use, amount: 0, known: HashMap::new() }
    }

    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&'a Field> {
        self.known.get(name).map(|known| known.field)
    }

    /// Looks at fields that follow those that are already there.
    pub(super) fn add(&mut self, report: &mut Report, place: &Place<'_>, fields: &'a [Field]) {
        self.amount += fields.len();
        if self.amount > FIELDS_MAX {
            let (what, amount) = (self.what, self.amount);
            report.add(place, format_args!("it has {amount} {what}s; {FIELDS_MAX} are the most"));
        }
        for field in fields.iter().take(FIELDS_MAX) {
            let place = place.at(self.what, &field.name);
            report.name(&place, &field.name);
            report.title(&place, &field.title);
            report.description(&place, &field.description);
            let menu = self.check_kind(report, &place, &field.kind);
            check_default(report, &place, field);
            self.check_conditions(report, &place, &field.shown_when);
            if self.known.insert(&field.name, Known { field, menu }).is_some() {
                report.add(&place, format_args!("it is there twice"));
            }
        }
    }

    /// The values of the menu, where the kind has one.
    fn check_kind(
        &self,
        report: &mut Report,
        place: &Place<'_>,
        kind: &'a FieldKind,
    ) -> HashSet<&'a str> {
        match kind {
            FieldKind::Secret if self.for_use == Use::Options => {
                report.add(place, format_args!("only account fields may be secret"));
            }
            FieldKind::Lookup | FieldKind::Lookups if self.for_use == Use::Account => {
                report.add(place, format_args!("only options may have a menu from the account"));
            }
            FieldKind::Integer { min, max } if min > max => {
                report.add(place, format_args!("its least value {min} is over its greatest {max}"));
            }
            FieldKind::Choice { choices } | FieldKind::Choices { choices } => {
                return check_choices(report, place, choices);
            }
            _ => {}
        }
        HashSet::new()
    }

    fn check_conditions(&self, report: &mut Report, place: &Place<'_>, conditions: &[Condition]) {
        if conditions.len() > FIELDS_MAX {
            report.amount(place, "conditions", conditions.len(), 0..=FIELDS_MAX);
        }
        for condition in conditions.iter().take(FIELDS_MAX) {
            report.count(&condition.field);
            let shown = || quote(&condition.field);
            match self.known.get(condition.field.as_str()) {
                None => {
                    let rule = "which is no field before it";
                    report.add(place, format_args!("it is shown by {}, {rule}", shown()));
                }
                Some(known) if known.field.kind == FieldKind::Secret => {
                    report.add(place, format_args!("it is shown by {}, a secret", shown()));
                }
                Some(known) => check_condition(report, place, condition, known),
            }
        }
    }
}

fn check_condition(
    report: &mut Report,
    place: &Place<'_>,
    condition: &Condition,
    known: &Known<'_>,
) {
    report.amount(place, "values in a condition", condition.one_of.len(), 1..=CHOICES_MAX);
    for value in condition.one_of.iter().take(CHOICES_MAX) {
        report.count(value);
        if !takes(known, value) {
            report.add(
                place,
                format_args!(
                    "it is shown where {} is {}, which that field never is",
                    quote(&condition.field),
                    quote(value)
                ),
            );
        }
    }
}

/// Whether a field can have this as one of its resolved values.
fn takes(known: &Known<'_>, value: &str) -> bool {
    match &known.field.kind {
        FieldKind::Choice { .. } | FieldKind::Choices { .. } => known.menu.contains(value),
        kind => {
            let values = convert(kind, &[value.to_owned()], SOME_DAY);
            values.is_ok_and(|values| values == [value])
        }
    }
}

fn check_default(report: &mut Report, place: &Place<'_>, field: &Field) {
    let Some(default) = &field.default else { return };
    // What it stands for is without the spaces and line breaks around it; it is shown with them.
    report.line(place, "default", default, VALUE_BYTES_MAX);
    if field.kind == FieldKind::Secret {
        return report.add(place, format_args!("a secret has no default"));
    }
    match convert(&field.kind, std::slice::from_ref(default), SOME_DAY) {
        Err(error) => report.add(place, format_args!("its default is {error}")),
        Ok(values) if values.is_empty() => {
            report.add(place, format_args!("its default is empty, which counts as unset"));
        }
        Ok(_) => {}
    }
}

fn check_choices<'a>(
    report: &mut Report,
    place: &Place<'_>,
    choices: &'a [Choice],
) -> HashSet<&'a str> {
    report.amount(place, "choices", choices.len(), 1..=CHOICES_MAX);
    let mut menu = HashSet::new();
    for choice in choices.iter().take(CHOICES_MAX) {
        let place = place.at("choice", &choice.value);
        report.line(&place, "value", &choice.value, VALUE_BYTES_MAX);
        report.title(&place, &choice.title);
        if choice.value.trim().is_empty() {
            report.add(&place, format_args!("its value is empty, which counts as unset"));
        }
        if !menu.insert(choice.value.as_str()) {
            report.add(&place, format_args!("it is there twice"));
        }
    }
    menu
}
