//! What a topology costs in a month, from public retail prices.
//!
//! [`estimate`] lists every resource that Azure bills, with the meter, the quantity and where the
//! price was read, so that each line can be checked. A figure that is not public is unknown and
//! says why; it is never guessed, and the total says what it lacks.
//!
//! The prices are a dated snapshot in this crate ([`Prices::snapshot`]); [`prices_from_json`] reads
//! a newer one, in our form or as the Azure Retail Prices API answers it. No discount, reservation
//! or tax is known here.

mod estimate;
mod prices;

pub use estimate::{Estimate, HOURS_PER_MONTH, Line, Usage, estimate};
pub use prices::{Meter, Prices, PricesError, Quote, Unit, prices_from_json};

#[cfg(test)]
mod tests;
