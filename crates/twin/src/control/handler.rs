//! From a request to an answer.

use super::{
    authority,
    error::ArmError,
    inline, listing, refusals,
    world::{RequestLogEntry, World},
    writes,
};
use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use topology::{ResourceId, model::ARM_TYPES};

/// ARM takes bodies of at most 4 MB.
const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// An operation that is due within this time is finished by its first poll.
const SOON: Duration = Duration::from_millis(60);

/// Answers everything.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().fallback(entry).with_state(world)
}

/// A request, read.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) segments: Vec<String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// `https://127.0.0.1:PORT`, for links in answers.
    pub(super) base: String,
}

async fn entry(Shared(world): Shared<Arc<World>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let agent = parts
        .headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
        .to_owned();
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("localhost")
        .to_owned();
    let response = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => {
            let asked = Asked {
                method: parts.method.clone(),
                segments: path
                    .split('/')
                    .filter(|segment| !segment.is_empty())
                    .map(decoded)
                    .collect(),
                query: pairs(parts.uri.query().unwrap_or("")),
                headers: parts.headers,
                body: body.to_vec(),
                base: format!("https://{host}"),
            };
            world.settle();
            answer(&world, &asked).await
        }
        Err(_) => ArmError::new(
            413,
            "RequestContentTooLarge",
            "The request content size exceeds the maximum size of 4 MB.",
        )
        .into_response(),
    };
    world.log(RequestLogEntry {
        method: parts.method.to_string(),
        path,
        user_agent: agent,
        status: response.status().as_u16(),
    });
    with_ids(response)
}

fn with_ids(mut response: Response) -> Response {
    for name in ["x-ms-request-id", "x-ms-correlation-request-id"] {
        if let Ok(value) = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Percent-decoding of one segment or form value.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        if let (b'%', Some(byte)) = (first, hex) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Query or form fields; names of query options are compared without case.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (
            decoded(&name.replace('+', " ")).to_ascii_lowercase(),
            decoded(&value.replace('+', " ")),
        )
    };
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(pair)
        .collect()
}

async fn answer(world: &Arc<World>, asked: &Asked) -> Response {
    let segments: Vec<&str> = asked.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [tenant, "oauth2", "v2.0", "token"] | [tenant, "oauth2", "token"]
            if asked.method == Method::POST =>
        {
            return authority::token(world, tenant, &pairs(&String::from_utf8_lossy(&asked.body)));
        }
        [tenant, "v2.0", ".well-known", "openid-configuration"]
        | [tenant, ".well-known", "openid-configuration"] => return openid(asked, tenant),
        ["common", "discovery", "instance"] => {
            let host = asked.base.trim_start_matches("https://").to_owned();
            let found = json!({ "tenant_discovery_endpoint": format!("{}/common/v2.0/.well-known/openid-configuration", asked.base), "api-version": "1.1",
                "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }] });
            return Json(found).into_response();
        }
        ["metadata", "endpoints"] => return metadata(asked),
        _ => {}
    }
    match arm(world, asked, &segments).await {
        Ok(response) => response,
        Err(error) => {
            let is_unauthorized = error.status == 401;
            let mut response = error.into_response();
            if is_unauthorized {
                let challenge = format!(
                    "Bearer authorization_uri=\"{}/common\", error=\"invalid_token\"",
                    asked.base
                );
                if let Ok(value) = HeaderValue::from_str(&challenge) {
                    response
                        .headers_mut()
                        .insert(header::WWW_AUTHENTICATE, value);
                }
            }
            response
        }
    }
}

fn openid(asked: &Asked, tenant: &str) -> Response {
    let base = &asked.base;
    Json(json!({
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "issuer": format!("{base}/{tenant}/v2.0"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["token"],
    }))
    .into_response()
}

fn metadata(asked: &Asked) -> Response {
    let base = &asked.base;
    let cloud = json!({
        "name": "LinkspanTwin",
        "resourceManager": base,
        "authentication": { "loginEndpoint": base, "audiences": ["https://management.azure.com/", "https://management.core.windows.net/"], "tenant": "common", "identityProvider": "AAD" },
        "suffixes": {},
    });
    // Since this version it is the cloud itself, before it a list of clouds; the Azure CLI reads
    // only the former.
    let version = asked.query.get("api-version").map_or("", String::as_str);
    if version >= "2022-09-01" {
        Json(cloud).into_response()
    } else {
        Json(json!([cloud])).into_response()
    }
}

async fn arm(world: &Arc<World>, asked: &Asked, segments: &[&str]) -> Result<Response, ArmError> {
    let principal = authority::principal(world, &asked.headers)?;
    let version = asked.query.get("api-version").map_or("", String::as_str);
    if version.is_empty() {
        return Err(ArmError::bad(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    }
    if !is_version(version) {
        return Err(ArmError::bad(
            "InvalidApiVersionParameter",
            format!("The api-version '{version}' is invalid."),
        ));
    }
    let filter = match asked.query.get("$filter") {
        Some(text) => Some(listing::tag_filter(text).ok_or_else(|| {
            ArmError::bad(
                "InvalidFilterInQueryString",
                format!("Invalid $filter '{text}' specified in the query string."),
            )
        })?),
        None => None,
    };
    let lower: Vec<String> = segments
        .iter()
        .map(|segment| segment.to_ascii_lowercase())
        .collect();
    let folded: Vec<&str> = lower.iter().map(String::as_str).collect();
    match (folded.as_slice(), segments) {
        (["subscriptions"], _) => {
            return Ok(Json(listing::subscriptions(world, principal)).into_response());
        }
        (["subscriptions", subscription, rest @ ..], _) => {
            authority::authorize(
                world,
                principal,
                subscription,
                &format!("{} {}", asked.method, rest.join("/")),
            )?;
        }
        _ => return Err(unknown(asked)),
    }
    let subscription = segments.get(1).copied().unwrap_or("");
    let is_get = asked.method == Method::GET;
    match folded.as_slice() {
        [_, _] if is_get => {
            let found = world
                .options
                .subscriptions
                .iter()
                .find(|(id, _)| id.eq_ignore_ascii_case(subscription));
            return found
                .map(|(id, tenant)| Json(listing::subscription(id, tenant)).into_response())
                .ok_or_else(|| unknown(asked));
        }
        [_, _, "resourcegroups"] if is_get => {
            return Ok(Json(listing::groups(
                &world.state(),
                subscription,
                filter.as_ref(),
            ))
            .into_response());
        }
        [_, _, "resources"] if is_get => {
            return Ok(Json(listing::resources(
                &world.state(),
                subscription,
                None,
                filter.as_ref(),
            ))
            .into_response());
        }
        [_, _, "resourcegroups", group, "resources"] if is_get => {
            let state = world.state();
            let id = ResourceId::group(subscription, group);
            if !state.resources.contains_key(&id) {
                return Err(ArmError::no_group(&id));
            }
            return Ok(Json(listing::resources(
                &state,
                subscription,
                Some(group),
                filter.as_ref(),
            ))
            .into_response());
        }
        [_, _, "providers", _, "locations", _, "operations", key] if is_get => {
            return poll(world, asked, key, true).await;
        }
        [
            _,
            _,
            "providers",
            _,
            "locations",
            _,
            "operationresults",
            key,
        ] if is_get => return poll(world, asked, key, false).await,
        [_, _, "providers", namespace, kind] if is_get => {
            return list(world, subscription, None, &format!("{namespace}/{kind}"));
        }
        [_, _, "resourcegroups", group, "providers", namespace, kind] if is_get => {
            return list(
                world,
                subscription,
                Some(group),
                &format!("{namespace}/{kind}"),
            );
        }
        _ => {}
    }
    resource(world, asked, segments, &folded)
}

fn is_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    let parts: Vec<&str> = date.split('-').collect();
    matches!(parts.as_slice(), [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2
        && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_digit())) && *year >= "2014")
}

fn unknown(asked: &Asked) -> ArmError {
    ArmError::new(
        404,
        "NotFound",
        format!(
            "No route is known for {} /{}.",
            asked.method,
            asked.segments.join("/")
        ),
    )
}

fn list(
    world: &World,
    subscription: &str,
    group: Option<&str>,
    kind: &str,
) -> Result<Response, ArmError> {
    let known = known_type(kind)?;
    let state = world.state();
    if let Some(group) = group {
        let id = ResourceId::group(subscription, group);
        if !state.resources.contains_key(&id) {
            return Err(ArmError::no_group(&id));
        }
    }
    Ok(Json(listing::of_type(&state, subscription, group, None, known)).into_response())
}

/// The type as ARM spells it, if the twin has it.
fn known_type(kind: &str) -> Result<&'static str, ArmError> {
    ARM_TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind)).map(|(known, _)| *known).ok_or_else(|| {
        let (namespace, rest) = kind.split_once('/').unwrap_or((kind, ""));
        if ARM_TYPES.iter().any(|(known, _)| known.split('/').next().is_some_and(|known| known.eq_ignore_ascii_case(namespace))) {
            ArmError::new(404, "InvalidResourceType", format!("The resource type '{rest}' could not be found in the namespace '{namespace}'."))
        } else {
            ArmError::new(404, "InvalidResourceNamespace", format!("The resource namespace '{namespace}' is invalid."))
        }
    })
}

/// Requests about one resource, a list of its children, or an action on it.
fn resource(
    world: &Arc<World>,
    asked: &Asked,
    segments: &[&str],
    folded: &[&str],
) -> Result<Response, ArmError> {
    let text = format!("/{}", segments.join("/"));
    let is_group = matches!(folded, ["subscriptions", _, "resourcegroups", _]);
    let is_resource = matches!(
        folded,
        ["subscriptions", _, "resourcegroups", _, "providers", _, ..]
    );
    if !is_group && !is_resource {
        return Err(unknown(asked));
    }
    // `…/providers/NS/TYPE/NAME[/CHILD/NAME]` is a resource; one segment more is a list or an action.
    let is_whole = is_group || segments.len().is_multiple_of(2);
    if !is_whole {
        let last = segments.last().copied().unwrap_or("");
        let parent: ResourceId = format!(
            "/{}",
            segments
                .get(..segments.len().saturating_sub(1))
                .unwrap_or_default()
                .join("/")
        )
        .parse()
        .map_err(|_| unknown(asked))?;
        return if asked.method == Method::POST {
            writes::act(world, asked, &parent, last)
        } else {
            children(world, asked, &parent, last)
        };
    }
    let id: ResourceId = text.parse().map_err(|_| unknown(asked))?;
    let inline = inline::pointer(&id);
    if inline.is_none() {
        known_type(&id.arm_type())?;
    }
    match asked.method {
        Method::GET => get(world, asked, &id),
        Method::HEAD => {
            let is_there = refusals::exists(&world.state(), &id);
            Ok(if is_there {
                StatusCode::NO_CONTENT
            } else {
                StatusCode::NOT_FOUND
            }
            .into_response())
        }
        Method::PUT => writes::put(world, asked, &id, &sent(asked)?),
        Method::PATCH => {
            let mut value = world
                .state()
                .resources
                .get(&id)
                .cloned()
                .ok_or_else(|| ArmError::not_found(&id))?;
            merge(&mut value, &sent(asked)?);
            writes::put(world, asked, &id, &value)
        }
        Method::DELETE => writes::delete(world, asked, &id),
        _ => Err(ArmError::new(
            405,
            "MethodNotAllowed",
            format!(
                "The HTTP method {} is not supported at this resource.",
                asked.method
            ),
        )),
    }
}

fn sent(asked: &Asked) -> Result<Value, ArmError> {
    serde_json::from_slice(&asked.body).map_err(|error| {
        ArmError::bad(
            "InvalidRequestContent",
            format!("The request content was invalid and could not be deserialized: '{error}'."),
        )
    })
}

/// JSON merge patch, RFC 7396.
fn merge(into: &mut Value, from: &Value) {
    let Some(from) = from.as_object() else {
        *into = from.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(into) = into.as_object_mut() {
        for (name, value) in from {
            if value.is_null() {
                into.shift_remove(name);
            } else {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// A resource as a GET shows it: user data only when asked for.
pub(crate) fn shown(value: &Value, with_user_data: bool) -> Value {
    let mut shown = value.clone();
    if !with_user_data
        && let Some(properties) = shown.get_mut("properties").and_then(Value::as_object_mut)
    {
        properties.shift_remove("userData");
    }
    shown
}

fn get(world: &World, asked: &Asked, id: &ResourceId) -> Result<Response, ArmError> {
    let state = world.state();
    let expands = |what: &str| {
        asked
            .query
            .get("$expand")
            .is_some_and(|text| text.split(',').any(|one| one.eq_ignore_ascii_case(what)))
    };
    if let Some(value) = state.resources.get(id) {
        let mut value = shown(value, expands("userData"));
        if expands("instanceView") && id.is_type("Microsoft.Compute/virtualMachines") {
            let power = if state.stopped.contains(id) {
                "PowerState/stopped"
            } else {
                "PowerState/running"
            };
            let view = json!({ "statuses": [{ "code": "ProvisioningState/succeeded" }, { "code": power }] });
            if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
                properties.insert("instanceView".to_owned(), view);
            }
        }
        return Ok(Json(value).into_response());
    }
    if let Some(value) = refusals::child(&state, id) {
        return Ok(Json(value.clone()).into_response());
    }
    if !id.is_type("Microsoft.Resources/resourceGroups")
        && !state.resources.contains_key(&id.group_id())
    {
        return Err(ArmError::no_group(id));
    }
    if id.is_type("Microsoft.Resources/resourceGroups") {
        return Err(ArmError::no_group(id));
    }
    Err(ArmError::not_found(id))
}

fn children(
    world: &World,
    asked: &Asked,
    parent: &ResourceId,
    segment: &str,
) -> Result<Response, ArmError> {
    if asked.method != Method::GET {
        return Err(unknown(asked));
    }
    let state = world.state();
    let probe = parent.child(segment, "x");
    if let Some((_, _, pointer)) = inline::pointer(&probe) {
        let value = state
            .resources
            .get(parent)
            .ok_or_else(|| ArmError::not_found(parent))?;
        return Ok(Json(
            json!({ "value": value.pointer(pointer).cloned().unwrap_or_else(|| json!([])) }),
        )
        .into_response());
    }
    let known = known_type(&probe.arm_type())?;
    if !state.resources.contains_key(parent) {
        return Err(ArmError::not_found(parent));
    }
    Ok(Json(listing::of_type(
        &state,
        parent.subscription(),
        Some(parent.resource_group()),
        Some(parent),
        known,
    ))
    .into_response())
}

async fn poll(
    world: &Arc<World>,
    asked: &Asked,
    key: &str,
    is_status: bool,
) -> Result<Response, ArmError> {
    let missing = || {
        ArmError::new(
            404,
            "NotFound",
            format!("The operation '{key}' could not be found."),
        )
    };
    let operation = world
        .state()
        .operations
        .get(key)
        .cloned()
        .ok_or_else(missing)?;
    let left = operation.due.saturating_duration_since(Instant::now());
    if operation.ending.is_some() && left <= SOON {
        tokio::time::sleep(left).await;
        world.settle();
    }
    let state = world.state();
    let is_done = state
        .operations
        .get(key)
        .is_none_or(|operation| operation.ending.is_none());
    let name = json!(key);
    if !is_done {
        let mut response = if is_status {
            Json(json!({ "name": name, "status": "InProgress" })).into_response()
        } else {
            let mut response = StatusCode::ACCEPTED.into_response();
            if let Ok(value) = HeaderValue::from_str(&format!(
                "{}/{}?api-version={}",
                asked.base,
                asked.segments.join("/"),
                asked.query.get("api-version").map_or("", String::as_str)
            )) {
                response.headers_mut().insert(header::LOCATION, value);
            }
            response
        };
        let wait = left.as_millis().clamp(1, 15_000).to_string();
        if let Ok(value) = HeaderValue::from_str(&wait) {
            response
                .headers_mut()
                .insert(HeaderName::from_static("x-ms-retry-after-ms"), value);
        }
        return Ok(response);
    }
    if is_status {
        return Ok(Json(json!({ "name": name, "status": "Succeeded" })).into_response());
    }
    match state.resources.get(&operation.id) {
        Some(value) => Ok(Json(shown(value, false)).into_response()),
        None => Ok((StatusCode::NO_CONTENT, Body::empty()).into_response()),
    }
}
