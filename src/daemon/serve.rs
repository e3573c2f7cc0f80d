//! The socket on which commands ask: one line in, one line out, for this user only.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;

use super::inbox::{Inbox, Incoming};
use super::socket::{Ask, Said};

/// The longest question.
const LONGEST: u64 = 64 * 1024;
/// How long a silent caller is kept.
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens; the lock of the data directory is held, so a socket that is there is a dead one's.
pub(super) fn listen(path: &Path) -> std::io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Takes callers until the loop ends.
pub(super) async fn serve(listener: UnixListener, inbox: Inbox) {
    loop {
        match listener.accept().await {
            Ok((caller, _)) => {
                tokio::spawn(answer(caller, inbox.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a caller was lost");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(caller: UnixStream, inbox: Inbox) {
    let (read, mut write) = caller.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(read.take(LONGEST));
    match tokio::time::timeout(PATIENCE, reader.read_line(&mut line)).await {
        Ok(Ok(length)) if length > 0 => {}
        _ => return,
    }
    let said = match serde_json::from_str::<Ask>(&line) {
        Ok(ask) => put(ask, &inbox).await,
        Err(_) => Said::Failed("the running daemon is of another version; restart it".to_owned()),
    };
    let mut text = serde_json::to_string(&said).unwrap_or_default();
    text.push('\n');
    let _ = write.write_all(text.as_bytes()).await;
}

async fn put(ask: Ask, inbox: &Inbox) -> Said {
    let (sender, receiver) = oneshot::channel();
    inbox.put(Incoming::Asked(ask, sender)).await;
    receiver
        .await
        .unwrap_or_else(|_| Said::Failed("the daemon is stopping".to_owned()))
}
