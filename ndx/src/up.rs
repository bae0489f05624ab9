//! `ndx up`: the whole exchange in one process, its services joined through their traits.

use std::path::PathBuf;

use clap::Args;
use ndx_clock::SystemClock;

use crate::{
    Place,
    data_folder::DataFolder,
    exchange::{
        Shape,
        opened::Opener,
        reload::{self, Reload},
        running,
    },
};

/// Runs the exchange until it is told to stop.
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    place: Place,
    /// The folder of the stores and keys.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl Up {
    /// Runs until Ctrl-C or a termination signal. Everything is checked before a port is opened.
    ///
    /// # Errors
    /// With every mistake in the configuration, schemas and policies, or with what else stood in the way.
    pub async fn run(self) -> anyhow::Result<()> {
        let exchange = reload::read(&self.place, None)?;
        let data = DataFolder::alone(&self.data)?;
        let clock = SystemClock::shared();
        let opener = Opener { exchange: &exchange, data: &data, shape: Shape::Together, clock };
        let (opened, engines) = opener.all().await?;
        running::run(opened, engines, Reload::new(self.place, None, exchange)).await
    }
}
