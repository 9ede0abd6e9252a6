//! ARM's error envelope.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors>.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error as ARM says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ArmError {
    /// HTTP status.
    pub status: u16,
    /// ARM's code.
    pub code: String,
    /// What people read.
    pub message: String,
}

impl ArmError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// 400.
    pub(crate) fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 409.
    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// A resource that is not there.
    pub(crate) fn not_found(id: &topology::ResourceId) -> Self {
        let kind = id.arm_type();
        Self::new(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{kind}/{}' under resource group '{}' was not found.",
                id.name(),
                id.resource_group()
            ),
        )
    }

    /// A group that is not there.
    pub(crate) fn no_group(id: &topology::ResourceId) -> Self {
        Self::new(
            404,
            "ResourceGroupNotFound",
            format!(
                "Resource group '{}' could not be found.",
                id.resource_group()
            ),
        )
    }

    /// Something that a body refers to and that is not there.
    pub(crate) fn invalid_reference(
        to: &topology::ResourceId,
        from: &topology::ResourceId,
    ) -> Self {
        Self::bad(
            "InvalidResourceReference",
            format!(
                "Resource {to} referenced by resource {from} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region."
            ),
        )
    }
}

impl IntoResponse for ArmError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (
            status,
            Json(json!({ "error": { "code": self.code, "message": self.message } })),
        )
            .into_response()
    }
}
