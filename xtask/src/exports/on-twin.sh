#!/usr/bin/env bash
# Runs the exported Azure CLI script with the real Azure CLI against the twin, twice, and asks
# `linkspan plan` whether anything is left to do: then the script makes what `apply` makes.
# on-twin.sh LINKSPAN MANIFEST WORK-FOLDER
set -euo pipefail
linkspan=$1 manifest=$2 work=$3

rm -rf "$work"
mkdir -p "$work"
"$linkspan" twin serve --manifest "$manifest" --env-file "$work/twin.env" >"$work/twin.log" 2>&1 &
twin=$!
trap 'kill "$twin" 2>/dev/null || true; wait "$twin" 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  [ -s "$work/twin.env" ] && break
  kill -0 "$twin" 2>/dev/null || { cat "$work/twin.log" >&2; exit 1; }
  sleep 0.1
done
set -a
# shellcheck disable=SC1091
. "$work/twin.env"
set +a

export REQUESTS_CA_BUNDLE=$LINKSPAN_CA_FILE AZURE_CONFIG_DIR=$work/azure POLL_SECONDS=1
# Else the CLI asks hosts of public Azure.
export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=false
export AZURE_CORE_LOGIN_EXPERIENCE_V2=off AZURE_CORE_ONLY_SHOW_ERRORS=true
az cloud register --name twin --endpoint-resource-manager "$LINKSPAN_ARM_ENDPOINT" --output none
az cloud set --name twin
az login --service-principal --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET" \
  --tenant "$AZURE_TENANT_ID" --output none
az login --service-principal --username "$LINKSPAN_PARTNER_CLIENT_ID" \
  --password "$LINKSPAN_PARTNER_CLIENT_SECRET" --tenant "$LINKSPAN_PARTNER_TENANT_ID" --output none

"$linkspan" export "$manifest" --to cli --output "$work/deploy.sh"
bash "$work/deploy.sh"
bash "$work/deploy.sh"
"$linkspan" plan "$manifest" --format json >"$work/plan.json"
if grep '"action":' "$work/plan.json" | grep -v '"none"'; then
  echo 'failed: the plan is not empty after the script' >&2
  exit 1
fi
grep --quiet '"action":' "$work/plan.json"
echo '1 passed, 0 failed'
