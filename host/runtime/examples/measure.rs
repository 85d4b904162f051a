use std::time::{Duration, Instant};
use std::path::PathBuf;
use std::sync::Arc;
use tollgate_runtime::*;
use tollgate_simulators::IContact;
fn rss() -> u64 {
    let s = std::fs::read_to_string("/proc/self/statm").unwrap();
    s.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let v: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (v[11].parse::<f64>().unwrap() + v[12].parse::<f64>().unwrap())/100.0 }
#[tokio::main]
async fn main() {
    let wasm_path = PathBuf::from(std::env::args().nth(1).unwrap());
    let pool: Option<u32> = std::env::args().nth(2).and_then(|p| p.parse().ok());
    let dir = std::env::temp_dir().join(format!("measure-{}", std::process::id()));
    let big = vec![7_u8; 3_000_000];
    for _ in 0..3 { let t = Instant::now(); std::hint::black_box(Digest::of(&big)); println!("sha256 3MB {:?}", t.elapsed()); }
    for round in 0..3 {
        let t = Instant::now();
        let runtime = Runtime::new(RuntimeConfig { cache_dir: Some(dir.clone()), pool, ..Default::default() }).unwrap();
        let t1 = t.elapsed();
        let connector = runtime.load_file(&wasm_path).await.unwrap();
        println!("round {round}: runtime {t1:?}, load {:?} {:?}", t.elapsed() - t1, connector.origin());
    }
    for e in std::fs::read_dir(&dir).unwrap() { println!("artifact {} bytes", e.unwrap().metadata().unwrap().len()); }
    let runtime = Runtime::new(RuntimeConfig { cache_dir: Some(dir.clone()), pool, ..Default::default() }).unwrap();
    let connector = runtime.load_file(&wasm_path).await.unwrap();
    let server = IContact::builder().seed(7).contacts(20_000).start_blocking().unwrap();
    let c = server.credentials();
    let account = Account::new("acme".parse().unwrap(), "icontact".parse().unwrap())
        .with_setting("username", c.username.clone())
        .with_secret("app_id", Secret::new(c.app_id.clone()))
        .with_secret("password", Secret::new(c.password.clone()));
    let session = connector.connect(&account, Access::declared(connector.descriptor()).remap("https://app.icontact.com", server.origin())).unwrap();
    let read = session.read("contacts").option("status","total").columns(["email"]).build().unwrap();
    let t = Instant::now(); let c0 = cpu();
    let mut scan = session.open(&read, None).await.unwrap();
    println!("open {:?}", t.elapsed());
    let mut rows = 0;
    while let Some(page) = scan.next().await.unwrap() { if rows == 0 { println!("first page {:?}", t.elapsed()); } rows += page.batch.num_rows(); }
    println!("{rows} rows in {:?}, guest cpu {:?}, process cpu {:.2}, {:?}", t.elapsed(), scan.cpu_time(), cpu()-c0, scan.usage());
    drop(scan);
    // instantiate: static stream open makes no request? use lists of opens
    let before = rss();
    let mut held = Vec::new();
    let t = Instant::now();
    for _ in 0..200 { held.push(session.open(&read, None).await.unwrap()); }
    println!("200 opens {:?} each, rss each {} KB", t.elapsed()/200, (rss()-before)/200/1024);
    drop(held);
    let t = Instant::now();
    let hostile = runtime.load_file("/work/main/target/components/hostile/renames_columns.wasm".as_ref()).await.unwrap();
    println!("hostile compile+load {:?}", t.elapsed());
    let t = Instant::now();
    let hostile = { drop(hostile); runtime.load_file("/work/main/target/components/hostile/floods_log.wasm".as_ref()).await.unwrap() };
    println!("hostile compile+load {:?}", t.elapsed());
    for e in std::fs::read_dir(&dir).unwrap() { println!("artifact {} bytes", e.unwrap().metadata().unwrap().len()); }
    let t = Instant::now();
    let hostile = { drop(hostile); runtime.load_file("/work/main/target/components/hostile/floods_log.wasm".as_ref()).await.unwrap() };
    println!("hostile cached load {:?}", t.elapsed());
    let account = Account::new("acme".parse().unwrap(), "hostile".parse().unwrap()).with_secret("token", Secret::new("x".into()));
    let s2 = hostile.connect(&account, Access::declared(hostile.descriptor())).unwrap();
    let read = s2.read("rows").build().unwrap();
    for _ in 0..100 { s2.open(&read, None).await.unwrap(); }
    let before = rss();
    let mut held = Vec::new();
    let t = Instant::now();
    for _ in 0..1000 { held.push(s2.open(&read, None).await.unwrap()); }
    println!("1000 opens {:?} each, rss each {} KB", t.elapsed()/1000, (rss()-before)/1000/1024);
    drop(held);
    let t = Instant::now();
    for _ in 0..1000 { s2.open(&read, None).await.unwrap(); }
    println!("1000 open+drop {:?} each", t.elapsed()/1000);
    let _ = (Duration::ZERO, Arc::new(()));
    std::fs::remove_dir_all(&dir).unwrap();
}
