//! A data source, as a plan reads it.

use serde_json::Value as Json;

use super::{Phase, Report, Workspace};
use crate::{
    core_rules::check_data_source,
    error::Error,
    json::{config, to_json},
};

/// What came of reading a data source.
#[derive(Clone, Debug)]
pub struct DataRead {
    /// Messages and violations.
    pub report: Report,
    /// The state; none where the read failed, and where the configuration is not known yet.
    pub state: Option<Json>,
}

impl Workspace {
    /// Validates a data source and, if its configuration is wholly known, reads it, as a plan does.
    /// Nothing is stored.
    pub async fn read_data_source(
        &mut self,
        type_name: &str,
        arguments: &Json,
    ) -> Result<DataRead, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Run, &mut report).await?;
        let block = &provider.data_source(type_name)?.block;
        let config = config(block, arguments)?;
        if !report.failed() {
            report.take_messages(provider.validate_data_source(type_name, &config).await)?;
        }
        let mut state = None;
        if !report.failed() && config.unknown_paths().is_empty() {
            let read = provider.read_data_source(type_name, &config).await;
            let answer = report.take(type_name, read)?;
            if !answer.failed() {
                let object = answer.object();
                report.violate(type_name, check_data_source(block, &config, &object));
                state = Some(to_json(&object));
            }
        }
        self.end(provider).await?;
        Ok(DataRead { report, state })
    }
}
