//! Stand-ins for Crossref and PubMed, on a free port, answering as their documentation says.
//!
//! What is retracted can change while they run; every question is noted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use axum::Router;
use axum::extract::{Path, RawForm, State};
use axum::http::Uri;
use axum::routing::{get, post};
use serde_json::{Value, json};

#[derive(Default)]
struct Inside {
    retracted: BTreeSet<String>,
    preprints: BTreeSet<String>,
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Inside>>;

/// Both services; they end with the test's process.
pub(crate) struct Services {
    inside: Shared,
    /// Their address.
    pub(crate) base: String,
}

impl Services {
    pub(crate) fn start() -> Self {
        let inside = Shared::default();
        let router = Router::new()
            .route("/works/{doi}", get(work))
            .route("/eutils/esummary.fcgi", post(summary))
            .with_state(inside.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await
            })
        });
        Self { inside, base }
    }

    /// What config.toml says to ask them.
    pub(crate) fn config(&self) -> String {
        let base = &self.base;
        format!(
            "[lookups]\nsources = true\ncontact = \"lin@clinic.example\"\ncrossref = \"{base}\"\n\
             pubmed = \"{base}/eutils\"\n"
        )
    }

    pub(crate) fn retract(&self, doi: &str) {
        lock(&self.inside).retracted.insert(doi.to_owned());
    }

    pub(crate) fn call_preprint(&self, doi: &str) {
        lock(&self.inside).preprints.insert(doi.to_owned());
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        lock(&self.inside).asked.clone()
    }
}

fn lock(inside: &Shared) -> std::sync::MutexGuard<'_, Inside> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn work(
    State(inside): State<Shared>,
    Path(doi): Path<String>,
    uri: Uri,
) -> axum::Json<Value> {
    let mut inside = lock(&inside);
    inside.asked.push(uri.to_string());
    let updates = if inside.retracted.contains(&doi) {
        json!([{ "DOI": "10.1000/notice", "type": "retraction", "label": "Retraction",
            "source": "retraction-watch", "updated": { "date-parts": [[2026, 11, 20]] } }])
    } else {
        json!([])
    };
    let (kind, subtype) = if inside.preprints.contains(&doi) {
        ("posted-content", "preprint")
    } else {
        ("journal-article", "")
    };
    axum::Json(
        json!({ "status": "ok", "message": { "DOI": doi, "type": kind, "subtype": subtype,
        "title": ["On walking"], "updated-by": updates } }),
    )
}

async fn summary(State(inside): State<Shared>, RawForm(form): RawForm) -> axum::Json<Value> {
    lock(&inside)
        .asked
        .push(String::from_utf8_lossy(&form).into_owned());
    axum::Json(
        json!({ "header": {}, "result": { "uids": ["7"], "7": { "uid": "7",
        "pubtype": ["Journal Article", "Retracted Publication"], "articleids": [] } } }),
    )
}
