#!/usr/bin/env bash
# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.
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

# 1 of 40: resourceGroups/orders-weu-rg in provider
say resourceGroups/orders-weu-rg
az group create --subscription 22222222-2222-2222-2222-222222222222 --name orders-weu-rg --location westeurope --tags linkspan=multi-region --output none

# 2 of 40: resourceGroups/orders-neu-rg in provider
say resourceGroups/orders-neu-rg
az group create --subscription 22222222-2222-2222-2222-222222222222 --name orders-neu-rg --location northeurope --tags linkspan=multi-region --output none

# 3 of 40: resourceGroups/client-weu-rg in partner
say resourceGroups/client-weu-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name client-weu-rg --location westeurope --tags linkspan=multi-region --output none

# 4 of 40: resourceGroups/client-neu-rg in partner
say resourceGroups/client-neu-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name client-neu-rg --location northeurope --tags linkspan=multi-region --output none

# 5 of 40: networkSecurityGroups/apim-neu-nsg in provider
say networkSecurityGroups/apim-neu-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkSecurityGroups/apim-neu-nsg 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
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

# 6 of 40: networkSecurityGroups/apim-weu-nsg in provider
say networkSecurityGroups/apim-weu-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkSecurityGroups/apim-weu-nsg 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
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

# 7 of 40: networkSecurityGroups/relays-neu-nsg in provider
say networkSecurityGroups/relays-neu-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkSecurityGroups/relays-neu-nsg 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
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
          "sourceAddressPrefix": "10.4.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.4.1.0/24",
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
          "destinationAddressPrefix": "10.4.1.0/24",
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

# 8 of 40: networkSecurityGroups/relays-weu-nsg in provider
say networkSecurityGroups/relays-weu-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkSecurityGroups/relays-weu-nsg 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
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
          "sourceAddressPrefix": "10.0.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.0.1.0/24",
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
          "destinationAddressPrefix": "10.0.1.0/24",
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

# 9 of 40: virtualNetworks/client-weu-vnet in partner
say virtualNetworks/client-weu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.0.0/17"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "192.168.0.0/24"
        }
      }
    ]
  }
}
JSON

# 10 of 40: virtualNetworks/client-neu-vnet in partner
say virtualNetworks/client-neu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.128.0/17"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "192.168.128.0/24"
        }
      }
    ]
  }
}
JSON

# 11 of 40: privateDnsZones/orders-weu.azure-api.net in provider
say privateDnsZones/orders-weu.azure-api.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-weu-rg --name orders-weu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-weu-rg --name orders-weu.azure-api.net --tags linkspan=multi-region --output none

# 12 of 40: privateDnsZones/orders-neu.azure-api.net in provider
say privateDnsZones/orders-neu.azure-api.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-neu-rg --name orders-neu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group orders-neu-rg --name orders-neu.azure-api.net --tags linkspan=multi-region --output none

# 13 of 40: privateDnsZones/orders-weu.azure-api.net in partner
say privateDnsZones/orders-weu.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-weu-rg --name orders-weu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-weu-rg --name orders-weu.azure-api.net --tags linkspan=multi-region --output none

# 14 of 40: privateDnsZones/orders-neu.azure-api.net in partner
say privateDnsZones/orders-neu.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-neu-rg --name orders-neu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-neu-rg --name orders-neu.azure-api.net --tags linkspan=multi-region --output none

# 15 of 40: virtualNetworks/orders-weu-vnet in provider
say virtualNetworks/orders-weu-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "relays",
        "properties": {
          "addressPrefix": "10.0.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkSecurityGroups/relays-weu-nsg"
          },
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      },
      {
        "name": "apim",
        "properties": {
          "addressPrefix": "10.0.2.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkSecurityGroups/apim-weu-nsg"
          }
        }
      }
    ]
  }
}
JSON

# 16 of 40: virtualNetworks/orders-neu-vnet in provider
say virtualNetworks/orders-neu-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.4.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "relays",
        "properties": {
          "addressPrefix": "10.4.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkSecurityGroups/relays-neu-nsg"
          },
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      },
      {
        "name": "apim",
        "properties": {
          "addressPrefix": "10.4.2.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkSecurityGroups/apim-neu-nsg"
          }
        }
      }
    ]
  }
}
JSON

# 17 of 40: virtualNetworkLinks/client-weu-vnet in partner
say virtualNetworkLinks/client-weu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/virtualNetworkLinks/client-weu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 18 of 40: virtualNetworkLinks/client-neu-vnet in partner
say virtualNetworkLinks/client-neu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/virtualNetworkLinks/client-neu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 19 of 40: service/orders-weu in provider
say service/orders-weu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.ApiManagement/service/orders-weu 2022-08-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "sku": {
    "name": "Premium",
    "capacity": 3
  },
  "zones": [
    "1",
    "2",
    "3"
  ],
  "properties": {
    "publisherEmail": "ops@example.com",
    "publisherName": "orders-weu",
    "virtualNetworkType": "Internal",
    "virtualNetworkConfiguration": {
      "subnetResourceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet/subnets/apim"
    }
  }
}
JSON

# 20 of 40: service/orders-neu in provider
say service/orders-neu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.ApiManagement/service/orders-neu 2022-08-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "sku": {
    "name": "Premium",
    "capacity": 3
  },
  "zones": [
    "1",
    "2",
    "3"
  ],
  "properties": {
    "publisherEmail": "ops@example.com",
    "publisherName": "orders-neu",
    "virtualNetworkType": "Internal",
    "virtualNetworkConfiguration": {
      "subnetResourceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet/subnets/apim"
    }
  }
}
JSON

# 21 of 40: loadBalancers/lb-weu in provider
say loadBalancers/lb-weu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.6",
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/probes/health"
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

# 22 of 40: loadBalancers/lb-neu in provider
say loadBalancers/lb-neu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.4.1.6",
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/probes/health"
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

# 23 of 40: virtualNetworkLinks/orders-weu-vnet in provider
say virtualNetworkLinks/orders-weu-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/virtualNetworkLinks/orders-weu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 24 of 40: virtualNetworkLinks/orders-neu-vnet in provider
say virtualNetworkLinks/orders-neu-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/virtualNetworkLinks/orders-neu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 25 of 40: networkInterfaces/relay-weu-0-nic in provider
say networkInterfaces/relay-weu-0-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkInterfaces/relay-weu-0-nic 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.4",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 26 of 40: networkInterfaces/relay-weu-1-nic in provider
say networkInterfaces/relay-weu-1-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkInterfaces/relay-weu-1-nic 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 27 of 40: networkInterfaces/relay-neu-0-nic in provider
say networkInterfaces/relay-neu-0-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkInterfaces/relay-neu-0-nic 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.4.1.4",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 28 of 40: networkInterfaces/relay-neu-1-nic in provider
say networkInterfaces/relay-neu-1-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkInterfaces/relay-neu-1-nic 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.4.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 29 of 40: privateLinkServices/pls-weu in provider
say privateLinkServices/pls-weu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/loadBalancers/lb-weu/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/virtualNetworks/orders-weu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.7",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      }
    ],
    "visibility": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    },
    "autoApproval": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    }
  }
}
JSON

# 30 of 40: privateLinkServices/pls-neu in provider
say privateLinkServices/pls-neu
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/loadBalancers/lb-neu/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/virtualNetworks/orders-neu-vnet/subnets/relays"
          },
          "privateIPAddress": "10.4.1.7",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      }
    ],
    "visibility": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    },
    "autoApproval": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    }
  }
}
JSON

# 31 of 40: A/@ in provider
say A/@
address=$(service_address /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.ApiManagement/service/orders-weu 2022-08-01)
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 32 of 40: A/@ in provider
say A/@
address=$(service_address /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.ApiManagement/service/orders-neu 2022-08-01)
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 33 of 40: virtualMachines/relay-weu-0 in provider
say virtualMachines/relay-weu-0
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Compute/virtualMachines/relay-weu-0 2024-07-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
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
      "computerName": "relay-weu-0",
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkInterfaces/relay-weu-0-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLXdldS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 34 of 40: virtualMachines/relay-weu-1 in provider
say virtualMachines/relay-weu-1
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Compute/virtualMachines/relay-weu-1 2024-07-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
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
      "computerName": "relay-weu-1",
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/networkInterfaces/relay-weu-1-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLXdldS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 35 of 40: virtualMachines/relay-neu-0 in provider
say virtualMachines/relay-neu-0
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Compute/virtualMachines/relay-neu-0 2024-07-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
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
      "computerName": "relay-neu-0",
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkInterfaces/relay-neu-0-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLW5ldS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 36 of 40: virtualMachines/relay-neu-1 in provider
say virtualMachines/relay-neu-1
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Compute/virtualMachines/relay-neu-1 2024-07-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
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
      "computerName": "relay-neu-1",
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/networkInterfaces/relay-neu-1-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsib3JkZXJzLW5ldS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 37 of 40: privateEndpoints/pe-weu in partner
say privateEndpoints/pe-weu
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group client-weu-rg \
  --name pe-weu \
  --location westeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet/subnets/work \
  --connection-name pe-weu \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu \
  --manual-request false --tags linkspan=multi-region --output none

# 38 of 40: privateEndpoints/pe-neu in partner
say privateEndpoints/pe-neu
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group client-neu-rg \
  --name pe-neu \
  --location northeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet/subnets/work \
  --connection-name pe-neu \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu \
  --manual-request false --tags linkspan=multi-region --output none

# 39 of 40: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateEndpoints/pe-weu)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 40 of 40: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateEndpoints/pe-neu)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/A/@ 2024-06-01 <<JSON
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
