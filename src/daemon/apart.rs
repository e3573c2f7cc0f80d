//! Errands: this program, started again for as long as it needs the professional rules.
//!
//! Rules it keeps: one line in, one line out, over pipes, so that no text of a post stands in an
//! argument; an errand that does not end is ended. It does not know what an errand does.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::config::Paths;
use crate::requests::Failure;
use crate::requests::errand::{Done, Errand, Task};

/// The running program's own file, also after a newer one took its place.
const OURSELVES: &str = "/proc/self/exe";
/// Longer than thousands of posts take; shorter than systemd waits for a sign of life.
const PATIENCE: Duration = Duration::from_mins(2);

/// Has an errand done under the plan of this text.
pub(super) async fn have_done(paths: &Paths, plan: &str, task: Task) -> Result<Done, Failure> {
    let plan = plan.to_owned();
    let errand = serde_json::to_string(&Errand { task, plan })
        .map_err(|error| Failure::failed(format!("No JSON: {error}.")))?;
    let failed = |why: &dyn std::fmt::Display| {
        Failure::failed(format!("The rules could not be looked at: {why}."))
    };
    let said = tokio::time::timeout(PATIENCE, exchange(paths, &errand));
    let said = match said.await {
        Ok(Ok(said)) => said,
        Ok(Err(error)) => return Err(failed(&error)),
        Err(_) => return Err(failed(&"it took longer than two minutes")),
    };
    match serde_json::from_str(&said) {
        Ok(Done::Failed(failure)) => Err(failure),
        Ok(done) => Ok(done),
        Err(error) => Err(failed(&error)),
    }
}

/// Starts the process, tells it the errand, and takes what it answers.
async fn exchange(paths: &Paths, errand: &str) -> std::io::Result<String> {
    let mut child = Command::new(OURSELVES)
        .arg0("rounds")
        .arg("--config-dir")
        .arg(&paths.config)
        .arg("--data-dir")
        .arg(&paths.data)
        .args(["daemon", "--errand"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut told) = child.stdin.take() {
        told.write_all(errand.as_bytes()).await?;
    }
    let mut said = String::new();
    if let Some(mut saying) = child.stdout.take() {
        saying.read_to_string(&mut said).await?;
    }
    child.wait().await?;
    Ok(said)
}
