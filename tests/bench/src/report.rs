//! The figures for people.

use crate::clients::{Client, IDLE_SCANS};
use crate::measure::{Sample, median};

/// Prints medians, and the ratio of each Tollgate client to the native one of the same job.
pub fn print(rows: usize, first: Sample, samples: &[Vec<Sample>]) {
    let of = |client: Client| -> &[Sample] {
        let place = Client::ALL.iter().position(|other| *other == client);
        place.and_then(|place| samples.get(place)).map_or(&[], Vec::as_slice)
    };
    println!();
    println!("{:<22}{:>10}{:>10}{:>12}{:>12}", "client", "CPU s", "wall s", "rows/s", "peak MiB");
    for client in
        [Client::NativeArrow, Client::TollgateArrow, Client::NativeSqlite, Client::TollgateSqlite]
    {
        let wall = median(of(client), |sample| sample.wall);
        println!(
            "{:<22}{:>10.3}{:>10.3}{:>12.0}{:>12.1}",
            client.name(),
            median(of(client), |sample| sample.cpu),
            wall,
            rows as f64 / wall,
            median(of(client), |sample| sample.peak_mib),
        );
    }
    println!();
    for (title, tollgate, native) in [
        ("into Arrow", Client::TollgateArrow, Client::NativeArrow),
        ("into SQLite", Client::TollgateSqlite, Client::NativeSqlite),
    ] {
        let ratio =
            |figure: fn(&Sample) -> f64| median(of(tollgate), figure) / median(of(native), figure);
        println!(
            "{title:<12} Tollgate / native: CPU {:.2}, wall {:.2}",
            ratio(|sample| sample.cpu),
            ratio(|sample| sample.wall),
        );
    }
    println!();
    print_starts(first, of(Client::FirstRow), of(Client::NativeFirstRow));
    for (client, scans) in [(Client::IdleFew, IDLE_SCANS[0]), (Client::IdleMany, IDLE_SCANS[1])] {
        let mib = median(of(client), |sample| sample.peak_mib);
        println!("{scans} idle scans: {:.0} KiB resident each", mib * 1024.0 / scans as f64);
    }
}

fn print_starts(first: Sample, later: &[Sample], native: &[Sample]) {
    let later = median(later, |sample| sample.wall) * 1e3;
    let native = median(native, |sample| sample.wall) * 1e3;
    println!("first start to first page, with compiling: {:.0} ms", first.wall * 1e3);
    println!("later starts to first page: {later:.1} ms");
    println!("  a native program's: {native:.1} ms, of it nearly all the server's");
}
