//! What only one outside contract knows of a token, an owner or an organisation: kept beside it, and
//! opaque to everything but that contract.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

/// The facts of each contract, by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, Value>);

impl Facts {
    /// The facts of one contract; none when it keeps none here, or none that read as `T`.
    pub fn of<T: DeserializeOwned>(&self, contract: &str) -> Option<T> {
        self.0.get(contract).and_then(|value| T::deserialize(value).ok())
    }

    /// The same with these facts of one contract in place of its earlier ones; null takes them away.
    #[must_use]
    pub fn with(mut self, ContractFacts { contract, facts }: ContractFacts) -> Self {
        if facts.is_null() {
            self.0.remove(contract);
        } else {
            self.0.insert(contract.to_owned(), facts);
        }
        self
    }

    /// The contracts that keep facts here, each with its own.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(contract, facts)| (contract.as_str(), facts))
    }

    /// True when no contract keeps any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<ContractFacts> for Facts {
    fn from(facts: ContractFacts) -> Self {
        Self::default().with(facts)
    }
}

/// What one contract knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFacts {
    /// The contract's name, as `--contracts` has it.
    pub contract: &'static str,
    /// What it knows, in its own shape; null for nothing.
    pub facts: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_contract_has_facts_of_its_own() {
        let one = ContractFacts { contract: "one", facts: Value::from(1) };
        let facts = Facts::from(one).with(ContractFacts { contract: "two", facts: Value::from("b") });
        assert_eq!((facts.of::<u32>("one"), facts.of::<String>("two")), (Some(1), Some("b".to_owned())));
        assert_eq!((facts.of::<u32>("two"), facts.of::<u32>("three")), (None, None));
        let facts = facts.with(ContractFacts { contract: "one", facts: Value::Null });
        assert_eq!(serde_json::to_string(&facts).unwrap(), r#"{"two":"b"}"#);
    }
}
