//! A server to stand in for those out there: on a free port of this machine, for one test.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;

/// A server that lives as long as the test's runtime.
pub(crate) struct StandIn {
    /// Its address, without a slash at the end.
    pub(crate) base: String,
}

impl StandIn {
    /// Serves a router.
    pub(crate) async fn serve(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base }
    }

    /// An address on it.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// What a stand-in was asked, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    pub(crate) fn note(&self, what: impl Into<String>) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
