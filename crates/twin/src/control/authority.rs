//! Tokens: who asks, and what for.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use super::{error::ArmError, world::World};
use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Seconds that a token holds.
const LIFETIME: u64 = 3600;

/// Tokens that were issued: the principal's index and when it ends.
#[derive(Debug, Default)]
pub(crate) struct Tokens(BTreeMap<String, (usize, Instant)>);

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn token(world: &World, tenant: &str, form: &BTreeMap<String, String>) -> Response {
    let refuse = |status: StatusCode, error: &str, code: u32, text: String| {
        let body = json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text}"),
            "error_codes": [code],
            "trace_id": uuid::Uuid::new_v4().to_string(),
            "correlation_id": uuid::Uuid::new_v4().to_string(),
        });
        (status, Json(body)).into_response()
    };
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if !world
        .options
        .subscriptions
        .iter()
        .any(|(_, known)| known.eq_ignore_ascii_case(tenant))
    {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            90002,
            format!("Tenant '{tenant}' not found."),
        );
    }
    if field("grant_type") != "client_credentials" {
        return refuse(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            70003,
            format!(
                "The app requested an unsupported grant type '{}'.",
                field("grant_type")
            ),
        );
    }
    if field("scope").is_empty() && field("resource").is_empty() {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'scope'.".to_owned(),
        );
    }
    let known = world.options.principals.iter().position(|one| {
        one.client_id.eq_ignore_ascii_case(field("client_id"))
            && one.tenant_id.eq_ignore_ascii_case(tenant)
    });
    let Some(index) = known else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{}' was not found in the directory '{tenant}'.",
                field("client_id")
            ),
        );
    };
    if world
        .options
        .principals
        .get(index)
        .is_none_or(|one| one.client_secret != field("client_secret"))
    {
        return refuse(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.".to_owned(),
        );
    }
    let token = format!(
        "twin.{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    let now = Instant::now();
    let ends = now
        .checked_add(Duration::from_secs(LIFETIME))
        .unwrap_or(now);
    let mut state = world.state();
    state.tokens.0.retain(|_, (_, ends)| *ends > now);
    state.tokens.0.insert(token.clone(), (index, ends));
    Json(json!({ "token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token })).into_response()
}

/// The index of the principal that the request's token belongs to.
pub(crate) fn principal(world: &World, headers: &HeaderMap) -> Result<usize, ArmError> {
    let refuse = |text: &str| {
        ArmError::new(
            401,
            "AuthenticationFailed",
            format!("Authentication failed. {text}"),
        )
    };
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| refuse("The 'Authorization' header is missing."))?;
    let token = given
        .strip_prefix("Bearer ")
        .or_else(|| given.strip_prefix("bearer "))
        .ok_or_else(|| refuse("The 'Authorization' header is provided in an invalid format."))?;
    let state = world.state();
    match state.tokens.0.get(token) {
        Some((index, ends)) if *ends > Instant::now() => Ok(*index),
        Some(_) => Err(ArmError::new(
            401,
            "ExpiredAuthenticationToken",
            "The access token has expired.",
        )),
        None => Err(ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        )),
    }
}

/// Whether the principal may act on a subscription, which must be there.
pub(crate) fn authorize(
    world: &World,
    principal: usize,
    subscription: &str,
    action: &str,
) -> Result<(), ArmError> {
    let Some(who) = world.options.principals.get(principal) else {
        return Err(ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        ));
    };
    if !world
        .options
        .subscriptions
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(subscription))
    {
        return Err(ArmError::new(
            404,
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        ));
    }
    let allowed = who.subscriptions.as_ref().is_none_or(|list| {
        list.iter()
            .any(|one| one.eq_ignore_ascii_case(subscription))
    });
    if allowed {
        return Ok(());
    }
    let message = format!(
        "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope '/subscriptions/{subscription}' or the scope is invalid.",
        who.client_id, who.client_id
    );
    Err(ArmError::new(403, "AuthorizationFailed", message))
}
