//! Feeds of the shapes that are written, hostile ones, and servers that stand in for those out
//! there.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::*;
use crate::lookups::tests::{Asked, StandIn};

const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>J</title>
<item><title>Old &lt;b&gt;news&lt;/b&gt;</title><link>https://example.org/old</link><guid>1</guid>
<pubDate>Fri, 01 May 2026 08:00:00 GMT</pubDate>
<description><![CDATA[<p>Flu &amp; <br>measles<img src="x"></p>]]></description></item>
<item><title>New</title><link>https://example.org/new</link><guid>2</guid>
<pubDate>Sat, 02 May 2026 08:00:00 GMT</pubDate></item>
<item><title>Bad link</title><link>javascript:alert(1)</link><guid>3</guid></item>
</channel></rss>"#;

const ATOM: &str = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>
<title>A</title><updated>2026-05-01T08:00:00Z</updated><entry><id>e1</id><title>Entry</title>
<link rel="alternate" href="https://example.org/e1"/><updated>2026-05-01T08:00:00Z</updated>
<content type="html">&lt;p&gt;One two three&lt;/p&gt;</content></entry></feed>"#;

const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[
{"id":"1","url":"https://example.org/j","title":"Item","content_text":"Some words",
"date_published":"2026-05-01T08:00:00Z"}]}"#;

fn titles(items: &[FeedItem]) -> Vec<&str> {
    items.iter().map(|item| item.title.as_str()).collect()
}

#[test]
fn rss_newest_first_without_markup() {
    let items = read(RSS.as_bytes()).unwrap();
    assert_eq!(titles(&items), ["New", "Old news", "Bad link"]);
    assert_eq!(items[1].summary, "Flu & measles");
    assert_eq!(items[1].address, "https://example.org/old");
    assert_eq!(items[1].words, 5);
    assert_eq!(items[2].address, "", "a browser is given https only");
}

#[test]
fn atom_and_json() {
    let items = read(ATOM.as_bytes()).unwrap();
    assert_eq!(
        (titles(&items), items[0].summary.as_str()),
        (vec!["Entry"], "One two three")
    );
    let items = read(JSON.as_bytes()).unwrap();
    assert_eq!(
        (titles(&items), items[0].address.as_str()),
        (vec!["Item"], "https://example.org/j")
    );
    assert!(items[0].published.is_some());
}

#[test]
fn what_is_no_feed_or_a_trap_is_refused() {
    for bad in [
        "",
        "<html><body>no</body></html>",
        "{\"a\":1}",
        "plain",
        "<rss version=\"2.0\"><",
    ] {
        let read = read(bad.as_bytes());
        assert!(read.is_err() || read.unwrap().is_empty(), "{bad}");
    }
    let deep = "<rss version=\"2.0\"><channel>".to_owned() + &"<a>".repeat(200_000);
    assert_eq!(read(deep.as_bytes()).unwrap_err(), FeedError::NotAFeed);
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
        <rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"#;
    assert!(
        read(bomb.as_bytes()).is_ok_and(|items| items.iter().all(|i| i.title.len() < 10))
            || read(bomb.as_bytes()).is_err()
    );
}

#[test]
fn a_flood_is_bounded_and_titles_obey_no_terminal() {
    let item = "<item><title>&#27;[2Jx</title><guid>N</guid></item>";
    let many: String = (0..500)
        .map(|n| item.replace('N', &n.to_string()))
        .collect();
    let text = format!("<rss version=\"2.0\"><channel>{many}</channel></rss>");
    let items = read(text.as_bytes()).unwrap_or_default();
    assert!(items.len() <= MOST_ITEMS);
    assert!(items.iter().all(|item| !item.title.contains('\u{1b}')));
}

fn pubmed_at(base: &str) -> PubMed {
    PubMed {
        base: base.to_owned(),
        contact: String::new(),
    }
}

async fn ask(wanted: Vec<(Source, Known)>, base: &str) -> Vec<Result<News, FeedError>> {
    let pubmed = pubmed_at(base);
    tokio::task::LocalSet::new()
        .run_until(ask_here(wanted, &pubmed))
        .await
}

async fn feed(headers: HeaderMap) -> axum::response::Response {
    if headers
        .get("if-none-match")
        .is_some_and(|tag| tag == "\"v1\"")
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([("etag", "\"v1\"")], RSS).into_response()
}

#[tokio::test]
async fn feeds_are_asked_for_news_only_and_one_that_fails_stops_no_other() {
    let router = Router::new()
        .route("/feed", get(feed))
        .route("/page", get(|| async { "no" }));
    let server = StandIn::serve(router).await;
    let at = |path: &str| Source::Address(server.at(path));
    let first = ask(
        vec![
            (at("/feed"), Known::default()),
            (at("/gone"), Known::default()),
            (at("/page"), Known::default()),
        ],
        "",
    )
    .await;
    let Ok(News::Items(items, known)) = &first[0] else {
        panic!("{first:?}");
    };
    assert_eq!((items.len(), known.etag.as_deref()), (3, Some("\"v1\"")));
    assert!(matches!(
        first[1],
        Err(FeedError::Http(HttpError::NotFound(_)))
    ));
    assert_eq!(first[2], Err(FeedError::NotAFeed));
    let again = ask(vec![(at("/feed"), known.clone())], "").await;
    assert_eq!(again, [Ok(News::Unchanged)]);
}

#[tokio::test]
async fn a_pubmed_search_gives_its_papers() {
    let asked = Asked::default();
    let noted = asked.clone();
    let found = move |body: String| async move {
        noted.note(body);
        r#"{"esearchresult":{"idlist":["39000001","x1"]}}"#
    };
    let told = || async {
        r#"{"result":{"uids":["39000001"],"39000001":{"title":"Flu in <i>primary</i> care.",
        "fulljournalname":"The Journal","pubdate":"2026 May","sortpubdate":"2026/05/01 00:00"}}}"#
    };
    let router = Router::new()
        .route("/esearch.fcgi", post(found))
        .route("/esummary.fcgi", post(told));
    let server = StandIn::serve(router).await;
    let search = Source::PubMed("heart failure".into());
    let answer = ask(vec![(search, Known::default())], &server.base).await;
    let Ok(News::Items(papers, _)) = &answer[0] else {
        panic!("{answer:?}");
    };
    assert_eq!(titles(papers), ["Flu in primary care"]);
    assert_eq!(
        papers[0].address,
        "https://pubmed.ncbi.nlm.nih.gov/39000001/"
    );
    assert_eq!(papers[0].summary, "The Journal, 2026 May");
    assert!(
        asked.all()[0].contains("term=heart%20failure"),
        "{:?}",
        asked.all()
    );
}
