//! The client against servers that answer, send on, say too much, are silent or break off.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};

use super::*;
use crate::lookups::tests::{Asked, StandIn};

async fn ask(question: Question) -> Result<Said, HttpError> {
    Http::new().ask(&question).await
}

fn body(said: Result<Said, HttpError>) -> String {
    match said {
        Ok(Said::Answer(answer)) => String::from_utf8(answer.body).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_type_and_marks() {
    let marked = || async {
        let headers = [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (header::ETAG, "\"v1\""),
            (header::LAST_MODIFIED, "Tue, 24 Nov 2026 08:00:00 GMT"),
        ];
        (headers, "BEGIN")
    };
    let there = StandIn::serve(Router::new().route("/c.ics", get(marked))).await;
    let said = ask(Question::get(there.at("/c.ics"))).await.unwrap();
    let expected = Answer {
        body: b"BEGIN".to_vec(),
        media_type: "text/calendar; charset=utf-8".into(),
        known: Known {
            etag: Some("\"v1\"".into()),
            modified: Some("Tue, 24 Nov 2026 08:00:00 GMT".into()),
        },
    };
    assert_eq!(said, Said::Answer(expected));
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let feed = |headers: HeaderMap| async move {
        if headers
            .get(header::IF_NONE_MATCH)
            .is_some_and(|tag| tag == "\"v1\"")
        {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            "news".into_response()
        }
    };
    let there = StandIn::serve(Router::new().route("/", get(feed))).await;
    let known = |tag: &str| Known {
        etag: Some(tag.into()),
        modified: None,
    };
    let question = Question::get(there.at("/"));
    let same = ask(question.clone().unless(known("\"v1\""))).await;
    assert_eq!(same, Ok(Said::Unchanged));
    assert_eq!(body(ask(question.unless(known("\"v0\""))).await), "news");
}

#[tokio::test]
async fn it_says_who_asks_and_a_form_stands_in_no_address() {
    let asked = Asked::default();
    let note = asked.clone();
    let take = move |headers: HeaderMap, uri: axum::http::Uri, body: Bytes| async move {
        let agent = headers[header::USER_AGENT].to_str().unwrap().to_owned();
        note.note(format!("{agent} {uri} {}", String::from_utf8_lossy(&body)));
    };
    let there = StandIn::serve(Router::new().route("/f", post(take))).await;
    let mut question = Question::get(there.at("/f"));
    question.form = vec![
        ("id".into(), "1,2".into()),
        ("api_key".into(), "a&b=c d".into()),
    ];
    ask(question).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("rounds/{version} /f id=1%2C2&api_key=a%26b%3Dc%20d");
    assert_eq!(asked.all(), [expected]);
}

#[tokio::test]
async fn too_much_is_not_taken_whether_announced_or_not() {
    let announced = || async { vec![b'x'; 2_000] };
    let streamed = || async {
        let chunks = (0..20).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 100])));
        axum::body::Body::from_stream(Chunks(chunks))
    };
    let router = Router::new()
        .route("/announced", get(announced))
        .route("/streamed", get(streamed));
    let there = StandIn::serve(router).await;
    let http = Http::within(Bounds {
        largest: 1_000,
        ..Bounds::default()
    });
    for path in ["/announced", "/streamed"] {
        let said = http.ask(&Question::get(there.at(path))).await;
        let too_large = HttpError::TooLarge {
            host: "127.0.0.1".into(),
            largest: 1_000,
        };
        assert_eq!(said, Err(too_large), "{path}");
    }
    let enough = Http::within(Bounds {
        largest: 2_000,
        ..Bounds::default()
    });
    let said = enough.ask(&Question::get(there.at("/streamed"))).await;
    assert_eq!(body(said).len(), 2_000);
}

/// Chunks of a body, without a length in front.
struct Chunks<I>(I);

impl<I: Iterator + Unpin> zbus::export::futures_core::Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

#[tokio::test]
async fn a_few_redirects_are_followed_and_no_more() {
    let router = Router::new()
        .route("/3", get(|| async { Redirect::temporary("/2") }))
        .route("/2", get(|| async { Redirect::temporary("/1") }))
        .route("/1", get(|| async { Redirect::temporary("/0") }))
        .route("/0", get(|| async { "there" }))
        .route("/4", get(|| async { Redirect::temporary("/3") }))
        .route(
            "/out",
            get(|| async { Redirect::temporary("https://example.org/") }),
        );
    let there = StandIn::serve(router).await;
    assert_eq!(body(ask(Question::get(there.at("/3"))).await), "there");
    for path in ["/4", "/out"] {
        let said = ask(Question::get(there.at(path))).await;
        assert_eq!(
            said,
            Err(HttpError::LedAstray("127.0.0.1".into())),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_silent_server_is_left_in_time() {
    let silent = || async {
        tokio::time::sleep(Duration::from_mins(10)).await;
    };
    let there = StandIn::serve(Router::new().route("/", get(silent))).await;
    let http = Http::within(Bounds {
        within: Duration::from_millis(50),
        ..Bounds::default()
    });
    let said = http.ask(&Question::get(there.at("/"))).await;
    assert_eq!(said, Err(HttpError::TooSlow("127.0.0.1".into())));
}

#[tokio::test]
async fn refusals_and_failures_have_words_and_say_whether_later_helps() {
    let often = || async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")]) };
    let router = Router::new()
        .route("/often", get(often))
        .route("/down", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/no", get(|| async { StatusCode::FORBIDDEN }));
    let there = StandIn::serve(router).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    let secure = there.base.replace("http:", "https:");
    for (address, words, passing) in [
        (
            there.at("/often"),
            "127.0.0.1 is asked too often; it may be asked again in 7 s",
            true,
        ),
        (
            there.at("/down"),
            "127.0.0.1 answered with an error (503)",
            true,
        ),
        (
            there.at("/no"),
            "127.0.0.1 answered with an error (403)",
            false,
        ),
        (
            there.at("/gone"),
            "127.0.0.1 knows nothing under this address",
            false,
        ),
        (closed, "127.0.0.1 could not be reached", true),
        (
            secure,
            "127.0.0.1 could not prove that it is itself, so it was not asked",
            false,
        ),
    ] {
        let error = ask(Question::get(address)).await.unwrap_err();
        assert_eq!(error.to_string(), words);
        assert_eq!(error.is_passing(), passing, "{words}");
    }
}

#[tokio::test]
async fn nothing_goes_over_the_net_in_the_open_and_errors_keep_secrets() {
    for (address, words) in [
        (
            "http://example.org/?key=s3cret",
            "example.org is asked over https only",
        ),
        (
            "http://127.0.0.1.example.org/?key=s3cret",
            "127.0.0.1.example.org is asked over",
        ),
        ("ftp://example.org/", "is no address of a server"),
        ("file:///etc/passwd", "is no address of a server"),
        ("example.org", "is no address of a server"),
        ("", "is no address of a server"),
    ] {
        let error = ask(Question::get(address)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{address}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
    for here in [
        "http://localhost/",
        "http://[::1]:8/",
        "http://127.9.9.9/",
        "https://a.example",
    ] {
        assert!(address(here).is_ok(), "{here}");
    }
}

#[test]
fn commands_wait_without_a_loop_of_their_own() {
    let error = wait_for(ask(Question::get("http://example.org"))).unwrap();
    assert_eq!(error, Err(HttpError::NotSecure("example.org".into())));
}
