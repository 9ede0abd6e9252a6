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

# json TEXT: the text as a JSON string.
json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$text"
}

: "${VM_ADMIN_PASSWORD:?set it to the secret}"

# 1 of 18: resourceGroups/P in provider
say resourceGroups/P
az group create --subscription 22222222-2222-2222-2222-222222222222 --name P --location westus2 --tags linkspan=shapes --output none

# 2 of 18: resourceGroups/A in one
say resourceGroups/A
az group create --subscription 11111111-1111-1111-1111-111111111111 --name A --location westus2 --tags linkspan=shapes --output none

# 3 of 18: resourceGroups/B in two
say resourceGroups/B
az group create --subscription 33333333-3333-3333-3333-333333333333 --name B --location westus2 --tags linkspan=shapes --output none

# 4 of 18: virtualNetworks/Spoke in provider
say virtualNetworks/Spoke
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.7.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "default",
        "properties": {
          "addressPrefix": "10.7.0.0/24"
        }
      }
    ],
    "virtualNetworkPeerings": [
      {
        "name": "to-hub",
        "properties": {
          "allowVirtualNetworkAccess": true,
          "allowForwardedTraffic": false,
          "remoteVirtualNetwork": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub"
          }
        }
      }
    ]
  }
}
JSON

# 5 of 18: publicIPAddresses/out-ip in provider
say publicIPAddresses/out-ip
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/publicIPAddresses/out-ip 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "sku": {
    "name": "Standard"
  },
  "zones": [
    "1",
    "2",
    "3"
  ],
  "properties": {
    "publicIPAllocationMethod": "Static",
    "publicIPAddressVersion": "IPv4"
  }
}
JSON

# 6 of 18: applicationSecurityGroups/asg in provider
say applicationSecurityGroups/asg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/applicationSecurityGroups/asg 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {}
}
JSON

# 7 of 18: networkSecurityGroups/nsg in provider
say networkSecurityGroups/nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkSecurityGroups/nsg 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "securityRules": [
      {
        "name": "allow",
        "properties": {
          "priority": 100,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefixes": [
            "10.0.0.0/16",
            "10.7.0.0/16"
          ],
          "sourcePortRange": "*",
          "destinationAddressPrefix": "*",
          "destinationPortRanges": [
            "443",
            "8080-8090"
          ]
        }
      }
    ]
  }
}
JSON

# 8 of 18: routeTables/routes in provider
say routeTables/routes
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/routeTables/routes 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "disableBgpRoutePropagation": true,
    "routes": [
      {
        "name": "near",
        "properties": {
          "addressPrefix": "10.9.0.0/16",
          "nextHopType": "VirtualAppliance",
          "nextHopIpAddress": "10.0.2.9"
        }
      }
    ]
  }
}
JSON

# 9 of 18: storageAccounts/stlinkspan in provider
say storageAccounts/stlinkspan
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Storage/storageAccounts/stlinkspan 2023-05-01 <<'JSON'
{
  "location": "westus2",
  "sku": {
    "name": "Standard_LRS"
  },
  "kind": "StorageV2",
  "properties": {
    "publicNetworkAccess": "Disabled"
  },
  "tags": {
    "linkspan": "shapes"
  }
}
JSON

# 10 of 18: privateDnsZones/privatelink.blob.core.windows.net in provider
say privateDnsZones/privatelink.blob.core.windows.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group P --name privatelink.blob.core.windows.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group P --name privatelink.blob.core.windows.net --tags linkspan=shapes --output none

# 11 of 18: natGateways/natgw in provider
say natGateways/natgw
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/natGateways/natgw 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "sku": {
    "name": "Standard"
  },
  "properties": {
    "idleTimeoutInMinutes": 4,
    "publicIpAddresses": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/publicIPAddresses/out-ip"
      }
    ]
  }
}
JSON

# 12 of 18: privateEndpoints/blob-PE in provider
say privateEndpoints/blob-PE
az network private-endpoint create \
  --subscription 22222222-2222-2222-2222-222222222222 \
  --resource-group P \
  --name blob-PE \
  --location westus2 \
  --subnet /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke/subnets/default \
  --connection-name blob \
  --group-id blob \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Storage/storageAccounts/stlinkspan \
  --manual-request false --tags linkspan=shapes --output none

# 13 of 18: virtualNetworkLinks/spoke in provider
say virtualNetworkLinks/spoke
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/spoke 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "registrationEnabled": false,
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke"
    }
  }
}
JSON

# 14 of 18: virtualNetworks/Hub in provider
say virtualNetworks/Hub
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub 2024-03-01 <<'JSON'
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
        "name": "nat",
        "properties": {
          "addressPrefix": "10.0.1.0/24"
        }
      },
      {
        "name": "out",
        "properties": {
          "addressPrefix": "10.0.2.0/24",
          "natGateway": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/natGateways/natgw"
          },
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkSecurityGroups/nsg"
          },
          "routeTable": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/routeTables/routes"
          }
        }
      }
    ],
    "virtualNetworkPeerings": [
      {
        "name": "to-spoke",
        "properties": {
          "allowVirtualNetworkAccess": true,
          "allowForwardedTraffic": false,
          "remoteVirtualNetwork": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Spoke"
          }
        }
      }
    ]
  }
}
JSON

# 15 of 18: privateDnsZoneGroups/default in provider
say privateDnsZoneGroups/default
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateEndpoints/blob-PE/privateDnsZoneGroups/default 2024-03-01 <<'JSON'
{
  "properties": {
    "privateDnsZoneConfigs": [
      {
        "name": "blob",
        "properties": {
          "privateDnsZoneId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
        }
      }
    ]
  }
}
JSON

# 16 of 18: loadBalancers/lb in provider
say loadBalancers/lb
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "sku": {
    "name": "Standard"
  },
  "properties": {
    "frontendIPConfigurations": [
      {
        "name": "fe",
        "zones": [
          "1",
          "2",
          "3"
        ],
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/out"
          },
          "privateIPAllocationMethod": "Dynamic"
        }
      }
    ],
    "backendAddressPools": [
      {
        "name": "be",
        "properties": {}
      }
    ],
    "probes": [
      {
        "name": "tcp",
        "properties": {
          "protocol": "Tcp",
          "port": 443,
          "intervalInSeconds": 5,
          "numberOfProbes": 1,
          "probeThreshold": 1
        }
      }
    ],
    "loadBalancingRules": [
      {
        "name": "https",
        "properties": {
          "frontendIPConfiguration": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/fe"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/be"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/probes/tcp"
          },
          "protocol": "Tcp",
          "frontendPort": 443,
          "backendPort": 443,
          "enableTcpReset": true,
          "idleTimeoutInMinutes": 30,
          "disableOutboundSnat": true,
          "enableFloatingIP": false,
          "loadDistribution": "Default"
        }
      }
    ]
  }
}
JSON

# 17 of 18: networkInterfaces/nic in provider
say networkInterfaces/nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkInterfaces/nic 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "enableIPForwarding": true,
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "primary": true,
          "privateIPAllocationMethod": "Static",
          "privateIPAddress": "10.0.2.9",
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/out"
          },
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/be"
            }
          ],
          "applicationSecurityGroups": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/applicationSecurityGroups/asg"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 18 of 18: virtualMachines/vm in provider
say virtualMachines/vm
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Compute/virtualMachines/vm 2024-07-01 <<JSON
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "hardwareProfile": {
      "vmSize": "Standard_B2s"
    },
    "storageProfile": {
      "imageReference": {
        "publisher": "Canonical",
        "offer": "ubuntu-24_04-lts",
        "sku": "server",
        "version": "latest"
      },
      "osDisk": {
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "managedDisk": {
          "storageAccountType": "Premium_LRS"
        }
      }
    },
    "osProfile": {
      "computerName": "vm",
      "adminUsername": "azureuser",
      "adminPassword": $(json "$VM_ADMIN_PASSWORD"),
      "linuxConfiguration": {
        "disablePasswordAuthentication": false
      }
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/networkInterfaces/nic"
        }
      ]
    }
  }
}
JSON

say 'all done'
