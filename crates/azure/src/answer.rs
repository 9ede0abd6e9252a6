//! An HTTP answer of ARM, whichever client it came through.

use crate::error::{AzureError, Detail, Refusal};
use serde_json::Value;
use std::time::Duration;

/// Status, the headers that matter, and the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) async_operation: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// `Null` if there was none or it was no JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// From raw parts; header names are compared without case.
    pub(crate) fn new<'a>(
        status: u16,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
        body: &[u8],
    ) -> Self {
        let mut answer = Self {
            status,
            body: serde_json::from_slice(body).unwrap_or(Value::Null),
            ..Self::default()
        };
        let (mut seconds, mut milliseconds) = (None, None);
        for (name, value) in headers {
            match name.to_ascii_lowercase().as_str() {
                "azure-asyncoperation" => answer.async_operation = Some(value.to_owned()),
                "location" => answer.location = Some(value.to_owned()),
                "retry-after" => seconds = value.trim().parse::<u64>().ok(),
                "x-ms-retry-after-ms" | "retry-after-ms" => {
                    milliseconds = value.trim().parse::<u64>().ok();
                }
                _ => {}
            }
        }
        // Zero counts as «not given», as it does for other clients of ARM.
        let seconds = seconds.filter(|&value| value > 0).map(Duration::from_secs);
        let milliseconds = milliseconds
            .filter(|&value| value > 0)
            .map(Duration::from_millis);
        answer.retry_after = seconds.or(milliseconds);
        answer
    }

    /// Whether the status is 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Itself if it is a success, else ARM's error.
    pub(crate) fn checked(self) -> Result<Self, AzureError> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(AzureError::Refused(Box::new(self.refusal())))
        }
    }

    /// ARM's error in this answer, be it a refusal or a status document.
    pub(crate) fn refusal(&self) -> Refusal {
        let error = self.body.get("error").unwrap_or(&self.body);
        let text = |value: &Value, key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let details = error
            .get("details")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Refusal {
            status: self.status,
            code: text(error, "code"),
            message: text(error, "message"),
            target: error
                .get("target")
                .and_then(Value::as_str)
                .map(str::to_owned),
            details: details
                .iter()
                .map(|detail| Detail {
                    code: text(detail, "code"),
                    message: text(detail, "message"),
                })
                .collect(),
            retry_after: self.retry_after,
        }
    }

    /// `properties.provisioningState`.
    pub(crate) fn provisioning_state(&self) -> Option<&str> {
        self.body
            .pointer("/properties/provisioningState")
            .and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_wins_over_milliseconds_and_zero_counts_as_not_given() {
        let cases: &[(&[(&str, &str)], Option<u64>)] = &[
            (&[], None),
            (&[("Retry-After", "2")], Some(2000)),
            (&[("x-ms-retry-after-ms", "20")], Some(20)),
            (&[("retry-after-ms", "30")], Some(30)),
            (
                &[("x-ms-retry-after-ms", "20"), ("retry-after", "3")],
                Some(3000),
            ),
            (
                &[("retry-after", "0"), ("x-ms-retry-after-ms", "20")],
                Some(20),
            ),
            (&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], None),
        ];
        for (headers, expected) in cases {
            let answer = Answer::new(200, headers.iter().copied(), b"");
            assert_eq!(
                answer.retry_after,
                expected.map(Duration::from_millis),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn a_refusal_keeps_code_message_and_details() {
        let body = br#"{"error":{"code":"RetryableError","message":"later","details":[{"code":"ReferencedResourceNotProvisioned","message":"subnet"}]}}"#;
        let error = Answer::new(429, std::iter::empty(), body)
            .checked()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "RetryableError (HTTP status 429): later; ReferencedResourceNotProvisioned: subnet"
        );
        assert!(error.passing().is_some());
    }

    #[test]
    fn a_conflict_for_good_is_not_repeated() {
        let error = Answer::new(
            409,
            std::iter::empty(),
            br#"{"error":{"code":"Conflict","message":"no"}}"#,
        )
        .checked();
        assert!(error.unwrap_err().passing().is_none());
    }
}
