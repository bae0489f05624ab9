//! tmp
mod support;
#[tokio::test]
async fn tmp() {
    ndx_service::log::start("info", false);
    let p = support::portal().await;
    let (b, path) = p.asked(&[0, 1, 2, 3, 4]).await;
    let page = b.get(&path).await;
    println!("{} {:?}\n{}", page.status, page.headers, page.html);
    panic!();
}
