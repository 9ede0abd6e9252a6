//! Topology to findings.
use crate::model::Topology;
/// A topology that a clean check gave; what deploys or exports takes only this.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);
impl Checked<Topology> {
    /// The topology.
    pub fn topology(&self) -> &Topology {
        &self.0
    }
}
