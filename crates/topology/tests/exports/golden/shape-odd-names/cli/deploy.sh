#!/usr/bin/env bash
# shapes, written by linkspan export.
# Needs a login: az login. It may be run again.

# Single quotes keep names as they are, whatever is in them.
# shellcheck disable=SC2016
set -euo pipefail
export AZURE_CORE_ONLY_SHOW_ERRORS=true

command -v az >/dev/null || { echo 'az is missing: https://learn.microsoft.com/cli/azure/install-azure-cli' >&2; exit 2; }

say() { printf '%s\n' "$*" >&2; }

# put ID API-VERSION < BODY: makes or changes a resource, and waits until it is there.
put() {
  local url="$1?api-version=$2" missed=0 state
  az rest --method put --url "$url" --body @- --output none
  while true; do
    if state=$(az rest --method get --url "$url" --query properties.provisioningState --output tsv); then
      missed=0
    else
      # Some answers come before the resource can be read.
      state=missing
      missed=$((missed + 1))
      ((missed < 20)) || return 1
    fi
    case "$state" in
      Succeeded | None | '') return ;;
      Failed | Canceled)
        say "$1: $state"
        return 1
        ;;
      *) sleep "${POLL_SECONDS:-5}" ;;
    esac
  done
}

# 1 of 5: resourceGroups/P in provider
say resourceGroups/P
az group create --subscription 22222222-2222-2222-2222-222222222222 --name P --location westus2 --tags linkspan=shapes --output none

# 2 of 5: resourceGroups/A in one
say resourceGroups/A
az group create --subscription 11111111-1111-1111-1111-111111111111 --name A --location westus2 --tags linkspan=shapes --output none

# 3 of 5: resourceGroups/B in two
say resourceGroups/B
az group create --subscription 33333333-3333-3333-3333-333333333333 --name B --location westus2 --tags linkspan=shapes --output none

# 4 of 5: virtualNetworks/true in provider
say virtualNetworks/true
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/true 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "a-b",
        "properties": {
          "addressPrefix": "10.0.1.0/24"
        }
      },
      {
        "name": "a_b",
        "properties": {
          "addressPrefix": "10.0.2.0/24"
        }
      }
    ]
  }
}
JSON

# 5 of 5: networkSecurityGroups/resource in provider
say networkSecurityGroups/resource
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkSecurityGroups/resource 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "bracketed": "[concat('x')]",
    "it's ${a} %{b} `c` \"d\"": "[concat('x')] ${a} %{b} `c` $(d) \"e\" it's \\ end",
    "linkspan": "shapes",
    "multi": "one\ntwo"
  },
  "properties": {
    "securityRules": [
      {
        "name": "one",
        "properties": {
          "description": "say 'hi' ${hi} `now`, it's\n%{if} $(true)",
          "priority": 100,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "10.0.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.0.2.0/24",
          "destinationPortRange": "443"
        }
      }
    ]
  }
}
JSON

say 'all done'
