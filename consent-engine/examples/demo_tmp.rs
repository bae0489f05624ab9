//! tmp
#[path = "../tests/support/mod.rs"]
mod support;
use std::sync::Arc;
use support::*;
#[tokio::main]
async fn main() {
    let clock = ndx_clock::ManualClock::at(
        std::env::args().nth(1).map_or("2026-11-21T05:00:00Z".parse().unwrap(), |a| a.parse().unwrap()),
    );
    let p = portal_at(18081, clock).await;
    let _ = Arc::new(0);
    println!("ready");
    // commands on stdin: ask NIC i,j,k | advance S
    let mut line = String::new();
    let stdin = std::io::stdin();
    loop {
        line.clear();
        if stdin.read_line(&mut line).unwrap() == 0 {
            std::future::pending::<()>().await;
        }
        let w: Vec<&str> = line.split_whitespace().collect();
        match w[..] {
            ["ask", nic, f] => {
                let f: Vec<usize> = f.split(',').map(|x| x.parse().unwrap()).collect();
                let a = p.ledger.require(nic, &f).await;
                println!("{} {:?}", a.consent_id, a.status);
            }
            ["advance", s] => {
                p.ledger.advance(s.parse().unwrap());
                println!("ok");
            }
            _ => println!("?"),
        }
    }
}
