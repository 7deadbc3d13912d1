//! What holds for the outside contracts; the folders mirror their URLs.
//!
//! | file | promise |
//! | --- | --- |
//! | `served` | a contract is served where it was named, and nowhere else |
//! | `documents` | the document of a contract says what its routes do |
//! | `errors` | whatever fails under the paths of a contract has the contract's own shape |
//! | `isolation` | nobody sees or touches what lies outside his reach, at any door |
//! | `origins` | a change that was made at any door says from where it was asked for |
//! | `matrix` | a token made at one door is seen, verified and deleted at every other |
//! | `dfns` `rncv` `vectorai` `softwareone` | what holds at one door |

mod dfns;
mod documents;
mod errors;
mod isolation;
mod matrix;
mod origins;
mod rncv;
mod served;
mod softwareone;
mod vectorai;
