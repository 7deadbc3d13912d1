//! The outside contracts by name.

/// An outside contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contract {
    /// RNCV's administration of tokens.
    Rncv,
    /// VectorAI's access tokens.
    VectorAi,
    /// Dfns' personal access tokens.
    Dfns,
    /// SoftwareOne's API tokens.
    SoftwareOne,
}

impl Contract {
    /// Every contract.
    pub const ALL: [Self; 4] = [Self::Rncv, Self::VectorAi, Self::Dfns, Self::SoftwareOne];

    /// Its name, in the configuration, in `demo.json` and beside tokens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rncv => "rncv",
            Self::VectorAi => "vectorai",
            Self::Dfns => "dfns",
            Self::SoftwareOne => "softwareone",
        }
    }

    /// The contract of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|contract| contract.name() == name)
    }
}
