#!/usr/bin/env bash
# two-consumers-overlapping, written by linkspan export.
# privateEndpoints/orders-contoso (contoso) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-contoso asks for a connection; the connection is approved at once.
# privateEndpoints/orders-fabrikam (fabrikam) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-fabrikam asks for a connection; the connection is approved at once.
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

# endpoint_address ID: the private address of a private endpoint.
endpoint_address() {
  local nic
  nic=$(az network private-endpoint show --ids "$1" --query 'networkInterfaces[0].id' --output tsv)
  az network nic show --ids "$nic" --query 'ipConfigurations[0].privateIPAddress' --output tsv
}

# service_address ID API-VERSION: the private address of an API Management service.
service_address() {
  az rest --method get --url "$1?api-version=$2" --query 'properties.privateIPAddresses[0]' --output tsv
}

# 1 of 26: resourceGroups/orders-rg in provider
say resourceGroups/orders-rg
az group create --subscription 22222222-2222-2222-2222-222222222222 --name orders-rg --location westeurope --tags linkspan=two-consumers-overlapping --output none

# 2 of 26: resourceGroups/contoso-rg in contoso
say resourceGroups/contoso-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name contoso-rg --location westeurope --tags linkspan=two-consumers-overlapping --output none

# 3 of 26: resourceGroups/fabrikam-rg in fabrikam
say resourceGroups/fabrikam-rg
az group create --subscription 33333333-3333-3333-3333-333333333333 --name fabrikam-rg --location northeurope --tags linkspan=two-consumers-overlapping --output none

# 4 of 26: networkSecurityGroups/apim-nsg in provider
say networkSecurityGroups/apim-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkSecurityGroups/apim-nsg 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowApiManagement-3443",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "ApiManagement",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "VirtualNetwork",
          "destinationPortRange": "3443"
        }
      },
      {
        "name": "AllowAzureLoadBalancer-6390",
        "properties": {
          "priority": 210,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "AzureLoadBalancer",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "VirtualNetwork",
          "destinationPortRange": "6390"
        }
      }
    ]
  }
}
JSON

# 5 of 26: networkSecurityGroups/relays-nsg in provider
say networkSecurityGroups/relays-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkSecurityGroups/relays-nsg 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowPrivateLink-443",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "10.1.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.1.1.0/24",
          "destinationPortRange": "443"
        }
      },
      {
        "name": "AllowProbe-8080",
        "properties": {
          "priority": 210,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "AzureLoadBalancer",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.1.1.0/24",
          "destinationPortRange": "8080"
        }
      },
      {
        "name": "DenyVirtualNetwork",
        "properties": {
          "priority": 4000,
          "direction": "Inbound",
          "access": "Deny",
          "protocol": "*",
          "sourceAddressPrefix": "VirtualNetwork",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "*",
          "destinationPortRange": "*"
        }
      }
    ]
  }
}
JSON

# 6 of 26: virtualNetworks/contoso-vnet in contoso
say virtualNetworks/contoso-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/virtualNetworks/contoso-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.1.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "10.1.1.0/24"
        }
      }
    ]
  }
}
JSON

# 7 of 26: virtualNetworks/fabrikam-vnet in fabrikam
say virtualNetworks/fabrikam-vnet
put /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/virtualNetworks/fabrikam-vnet 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.1.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "10.1.1.0/24"
        }
      }
    ]
  }
}
JSON

# 8 of 26: privateDnsZones/orders.azure-api.net in provider
say privateDnsZones/orders.azure-api.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-rg --name orders.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-rg --name orders.azure-api.net --tags linkspan=two-consumers-overlapping --output none

# 9 of 26: privateDnsZones/orders.azure-api.net in contoso
say privateDnsZones/orders.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group contoso-rg --name orders.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group contoso-rg --name orders.azure-api.net --tags linkspan=two-consumers-overlapping --output none

# 10 of 26: privateDnsZones/orders.azure-api.net in fabrikam
say privateDnsZones/orders.azure-api.net
az network private-dns zone show --subscription 33333333-3333-3333-3333-333333333333 --resource-group fabrikam-rg --name orders.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 33333333-3333-3333-3333-333333333333 --resource-group fabrikam-rg --name orders.azure-api.net --tags linkspan=two-consumers-overlapping --output none

# 11 of 26: virtualNetworks/provider-vnet in provider
say virtualNetworks/provider-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.1.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "relays",
        "properties": {
          "addressPrefix": "10.1.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkSecurityGroups/relays-nsg"
          },
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      },
      {
        "name": "apim",
        "properties": {
          "addressPrefix": "10.1.2.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkSecurityGroups/apim-nsg"
          }
        }
      }
    ]
  }
}
JSON

# 12 of 26: virtualNetworkLinks/contoso-vnet in contoso
say virtualNetworkLinks/contoso-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/virtualNetworkLinks/contoso-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/virtualNetworks/contoso-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 13 of 26: virtualNetworkLinks/fabrikam-vnet in fabrikam
say virtualNetworkLinks/fabrikam-vnet
put /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/virtualNetworkLinks/fabrikam-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/virtualNetworks/fabrikam-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 14 of 26: service/orders in provider
say service/orders
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.ApiManagement/service/orders 2022-08-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "sku": {
    "name": "Developer",
    "capacity": 1
  },
  "properties": {
    "publisherEmail": "ops@example.com",
    "publisherName": "orders",
    "virtualNetworkType": "Internal",
    "virtualNetworkConfiguration": {
      "subnetResourceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet/subnets/apim"
    }
  }
}
JSON

# 15 of 26: loadBalancers/orders-lb in provider
say loadBalancers/orders-lb
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "sku": {
    "name": "Standard"
  },
  "properties": {
    "frontendIPConfigurations": [
      {
        "name": "frontend",
        "zones": [
          "1",
          "2",
          "3"
        ],
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet/subnets/relays"
          },
          "privateIPAddress": "10.1.1.6",
          "privateIPAllocationMethod": "Static"
        }
      }
    ],
    "backendAddressPools": [
      {
        "name": "backend",
        "properties": {}
      }
    ],
    "loadBalancingRules": [
      {
        "name": "tcp-443",
        "properties": {
          "frontendIPConfiguration": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/probes/health"
          },
          "protocol": "Tcp",
          "frontendPort": 443,
          "backendPort": 443,
          "idleTimeoutInMinutes": 4,
          "enableTcpReset": true
        }
      }
    ],
    "probes": [
      {
        "name": "health",
        "properties": {
          "protocol": "Http",
          "port": 8080,
          "requestPath": "/healthz",
          "intervalInSeconds": 5,
          "probeThreshold": 1
        }
      }
    ]
  }
}
JSON

# 16 of 26: virtualNetworkLinks/provider-vnet in provider
say virtualNetworkLinks/provider-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/virtualNetworkLinks/provider-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 17 of 26: networkInterfaces/relay-0-nic in provider
say networkInterfaces/relay-0-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkInterfaces/relay-0-nic 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet/subnets/relays"
          },
          "privateIPAddress": "10.1.1.4",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 18 of 26: networkInterfaces/relay-1-nic in provider
say networkInterfaces/relay-1-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkInterfaces/relay-1-nic 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet/subnets/relays"
          },
          "privateIPAddress": "10.1.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 19 of 26: privateLinkServices/orders-pls in provider
say privateLinkServices/orders-pls
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/loadBalancers/orders-lb/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/virtualNetworks/provider-vnet/subnets/relays"
          },
          "privateIPAddress": "10.1.1.7",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      }
    ],
    "visibility": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111",
        "33333333-3333-3333-3333-333333333333"
      ]
    },
    "autoApproval": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111",
        "33333333-3333-3333-3333-333333333333"
      ]
    }
  }
}
JSON

# 20 of 26: A/@ in provider
say A/@
address=$(service_address /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.ApiManagement/service/orders 2022-08-01)
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/A/@ 2024-06-01 <<JSON
{
  "properties": {
    "ttl": 10,
    "aRecords": [
      {
        "ipv4Address": "${address}"
      }
    ]
  }
}
JSON

# 21 of 26: virtualMachines/relay-0 in provider
say virtualMachines/relay-0
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Compute/virtualMachines/relay-0 2024-07-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "zones": [
    "1"
  ],
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
          "storageAccountType": "StandardSSD_LRS"
        }
      }
    },
    "osProfile": {
      "computerName": "relay-0",
      "adminUsername": "azureuser",
      "linuxConfiguration": {
        "disablePasswordAuthentication": true,
        "ssh": {
          "publicKeys": [
            {
              "path": "/home/azureuser/.ssh/authorized_keys",
              "keyData": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
            }
          ]
        }
      }
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkInterfaces/relay-0-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLmF6dXJlLWFwaS5uZXQ6NDQzIl19XSwiaGVhbHRoIjp7Imxpc3RlbiI6IjAuMC4wLjA6ODA4MCIsInBhdGgiOiIvaGVhbHRoeiJ9LCJkcmFpblNlY29uZHMiOjMwfQ=="
  }
}
JSON

# 22 of 26: virtualMachines/relay-1 in provider
say virtualMachines/relay-1
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Compute/virtualMachines/relay-1 2024-07-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "two-consumers-overlapping"
  },
  "zones": [
    "2"
  ],
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
          "storageAccountType": "StandardSSD_LRS"
        }
      }
    },
    "osProfile": {
      "computerName": "relay-1",
      "adminUsername": "azureuser",
      "linuxConfiguration": {
        "disablePasswordAuthentication": true,
        "ssh": {
          "publicKeys": [
            {
              "path": "/home/azureuser/.ssh/authorized_keys",
              "keyData": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
            }
          ]
        }
      }
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/networkInterfaces/relay-1-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLmF6dXJlLWFwaS5uZXQ6NDQzIl19XSwiaGVhbHRoIjp7Imxpc3RlbiI6IjAuMC4wLjA6ODA4MCIsInBhdGgiOiIvaGVhbHRoeiJ9LCJkcmFpblNlY29uZHMiOjMwfQ=="
  }
}
JSON

# 23 of 26: privateEndpoints/orders-contoso in contoso
say privateEndpoints/orders-contoso
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group contoso-rg \
  --name orders-contoso \
  --location westeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/virtualNetworks/contoso-vnet/subnets/work \
  --connection-name orders-contoso \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls \
  --manual-request false --tags linkspan=two-consumers-overlapping --output none

# 24 of 26: privateEndpoints/orders-fabrikam in fabrikam
say privateEndpoints/orders-fabrikam
az network private-endpoint create \
  --subscription 33333333-3333-3333-3333-333333333333 \
  --resource-group fabrikam-rg \
  --name orders-fabrikam \
  --location northeurope \
  --subnet /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/virtualNetworks/fabrikam-vnet/subnets/work \
  --connection-name orders-fabrikam \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls \
  --manual-request false --tags linkspan=two-consumers-overlapping --output none

# 25 of 26: A/@ in contoso
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/privateEndpoints/orders-contoso)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/contoso-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/A/@ 2024-06-01 <<JSON
{
  "properties": {
    "ttl": 10,
    "aRecords": [
      {
        "ipv4Address": "${address}"
      }
    ]
  }
}
JSON

# 26 of 26: A/@ in fabrikam
say A/@
address=$(endpoint_address /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/privateEndpoints/orders-fabrikam)
put /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/fabrikam-rg/providers/Microsoft.Network/privateDnsZones/orders.azure-api.net/A/@ 2024-06-01 <<JSON
{
  "properties": {
    "ttl": 10,
    "aRecords": [
      {
        "ipv4Address": "${address}"
      }
    ]
  }
}
JSON

say 'all done'
