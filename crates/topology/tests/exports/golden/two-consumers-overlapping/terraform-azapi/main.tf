# two-consumers-overlapping, written by linkspan export.
# privateEndpoints/orders-contoso (contoso) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-contoso asks for a connection; the connection is approved at once.
# privateEndpoints/orders-fabrikam (fabrikam) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-fabrikam asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "orders_rg" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "orders-rg"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "apim_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "apim-nsg"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      securityRules = [
        {
          name = "AllowApiManagement-3443"
          properties = {
            priority                 = 200
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "ApiManagement"
            sourcePortRange          = "*"
            destinationAddressPrefix = "VirtualNetwork"
            destinationPortRange     = "3443"
          }
        },
        {
          name = "AllowAzureLoadBalancer-6390"
          properties = {
            priority                 = 210
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "AzureLoadBalancer"
            sourcePortRange          = "*"
            destinationAddressPrefix = "VirtualNetwork"
            destinationPortRange     = "6390"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "relays_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "relays-nsg"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      securityRules = [
        {
          name = "AllowPrivateLink-443"
          properties = {
            priority                 = 200
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "10.1.1.0/24"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.1.1.0/24"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowProbe-8080"
          properties = {
            priority                 = 210
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "AzureLoadBalancer"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.1.1.0/24"
            destinationPortRange     = "8080"
          }
        },
        {
          name = "DenyVirtualNetwork"
          properties = {
            priority                 = 4000
            direction                = "Inbound"
            access                   = "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "VirtualNetwork"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_private_dns_zone" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders.azure-api.net"
  parent_id = azapi_resource.orders_rg.id
  location  = "global"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "provider_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "provider-vnet"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.1.0.0/16"]
      }
      subnets = [
        {
          name = "relays"
          properties = {
            addressPrefix = "10.1.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.relays_nsg.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
        {
          name = "apim"
          properties = {
            addressPrefix = "10.1.2.0/24"
            networkSecurityGroup = {
              id = azapi_resource.apim_nsg.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders" {
  provider  = azapi.provider
  type      = "Microsoft.ApiManagement/service@2022-08-01"
  name      = "orders"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    sku = {
      name     = "Developer"
      capacity = 1
    }
    properties = {
      publisherEmail     = "ops@example.com"
      publisherName      = "orders"
      virtualNetworkType = "Internal"
      virtualNetworkConfiguration = {
        subnetResourceId = "${azapi_resource.provider_vnet.id}/subnets/apim"
      }
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  response_export_values = ["properties.privateIPAddresses"]
}

resource "azapi_resource" "orders_lb" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "orders-lb"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    sku = {
      name = "Standard"
    }
    properties = {
      frontendIPConfigurations = [
        {
          name  = "frontend"
          zones = ["1", "2", "3"]
          properties = {
            subnet = {
              id = "${azapi_resource.provider_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.1.1.6"
            privateIPAllocationMethod = "Static"
          }
        },
      ]
      backendAddressPools = [
        {
          name       = "backend"
          properties = {}
        },
      ]
      loadBalancingRules = [
        {
          name = "tcp-443"
          properties = {
            frontendIPConfiguration = {
              id = "${azapi_resource.orders_lb.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.orders_lb.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.orders_lb.id}/probes/health"
            }
            protocol             = "Tcp"
            frontendPort         = 443
            backendPort          = 443
            idleTimeoutInMinutes = 4
            enableTcpReset       = true
          }
        },
      ]
      probes = [
        {
          name = "health"
          properties = {
            protocol          = "Http"
            port              = 8080
            requestPath       = "/healthz"
            intervalInSeconds = 5
            probeThreshold    = 1
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_provider_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "provider-vnet"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.provider_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "relay_0_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-0-nic"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.provider_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.1.1.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.orders_lb.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "relay_1_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-1-nic"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.provider_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.1.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.orders_lb.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_pls" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "orders-pls"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.orders_lb.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.provider_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.1.1.7"
            privateIPAllocationMethod = "Static"
            primary                   = true
          }
        },
      ]
      visibility = {
        subscriptions = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
      }
      autoApproval = {
        subscriptions = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
      }
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_apex_record" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = azapi_resource.orders.output.properties.privateIPAddresses[0]
        },
      ]
    }
  }
}

resource "azapi_resource" "relay_0" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-0"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    zones = ["1"]
    properties = {
      hardwareProfile = {
        vmSize = "Standard_B2s"
      }
      storageProfile = {
        imageReference = {
          publisher = "Canonical"
          offer     = "ubuntu-24_04-lts"
          sku       = "server"
          version   = "latest"
        }
        osDisk = {
          createOption = "FromImage"
          deleteOption = "Delete"
          managedDisk = {
            storageAccountType = "StandardSSD_LRS"
          }
        }
      }
      osProfile = {
        computerName  = "relay-0"
        adminUsername = "azureuser"
        linuxConfiguration = {
          disablePasswordAuthentication = true
          ssh = {
            publicKeys = [
              {
                path    = "/home/azureuser/.ssh/authorized_keys"
                keyData = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
              },
            ]
          }
        }
      }
      networkProfile = {
        networkInterfaces = [
          {
            id = azapi_resource.relay_0_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [
    azapi_resource.orders_azure_api_net_apex_record,
    azapi_resource.orders_azure_api_net_provider_vnet,
  ]
}

resource "azapi_resource" "relay_1" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-1"
  parent_id = azapi_resource.orders_rg.id
  location  = "westeurope"
  body = {
    zones = ["2"]
    properties = {
      hardwareProfile = {
        vmSize = "Standard_B2s"
      }
      storageProfile = {
        imageReference = {
          publisher = "Canonical"
          offer     = "ubuntu-24_04-lts"
          sku       = "server"
          version   = "latest"
        }
        osDisk = {
          createOption = "FromImage"
          deleteOption = "Delete"
          managedDisk = {
            storageAccountType = "StandardSSD_LRS"
          }
        }
      }
      osProfile = {
        computerName  = "relay-1"
        adminUsername = "azureuser"
        linuxConfiguration = {
          disablePasswordAuthentication = true
          ssh = {
            publicKeys = [
              {
                path    = "/home/azureuser/.ssh/authorized_keys"
                keyData = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
              },
            ]
          }
        }
      }
      networkProfile = {
        networkInterfaces = [
          {
            id = azapi_resource.relay_1_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [
    azapi_resource.orders_azure_api_net_apex_record,
    azapi_resource.orders_azure_api_net_provider_vnet,
  ]
}

# Subscription contoso (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "contoso_rg" {
  provider  = azapi.contoso
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "contoso-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "contoso_vnet" {
  provider  = azapi.contoso
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "contoso-vnet"
  parent_id = azapi_resource.contoso_rg.id
  location  = "westeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.1.0.0/16"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "10.1.1.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_private_dns_zone_2" {
  provider  = azapi.contoso
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders.azure-api.net"
  parent_id = azapi_resource.contoso_rg.id
  location  = "global"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_contoso_vnet" {
  provider  = azapi.contoso
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "contoso-vnet"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone_2.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.contoso_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_contoso" {
  provider  = azapi.contoso
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "orders-contoso"
  parent_id = azapi_resource.contoso_rg.id
  location  = "westeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.contoso_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "orders-contoso"
          properties = {
            privateLinkServiceId = azapi_resource.orders_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "orders_contoso_nic" {
  provider               = azapi.contoso
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.orders_contoso.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "orders_azure_api_net_apex_record_2" {
  provider  = azapi.contoso
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone_2.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.orders_contoso_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}

# Subscription fabrikam (33333333-3333-3333-3333-333333333333)

resource "azapi_resource" "fabrikam_rg" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "fabrikam-rg"
  parent_id = "/subscriptions/33333333-3333-3333-3333-333333333333"
  location  = "northeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "fabrikam_vnet" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "fabrikam-vnet"
  parent_id = azapi_resource.fabrikam_rg.id
  location  = "northeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.1.0.0/16"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "10.1.1.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_private_dns_zone_3" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders.azure-api.net"
  parent_id = azapi_resource.fabrikam_rg.id
  location  = "global"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_azure_api_net_fabrikam_vnet" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "fabrikam-vnet"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone_3.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.fabrikam_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azapi_resource" "orders_fabrikam" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "orders-fabrikam"
  parent_id = azapi_resource.fabrikam_rg.id
  location  = "northeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.fabrikam_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "orders-fabrikam"
          properties = {
            privateLinkServiceId = azapi_resource.orders_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "orders_fabrikam_nic" {
  provider               = azapi.fabrikam
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.orders_fabrikam.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "orders_azure_api_net_apex_record_3" {
  provider  = azapi.fabrikam
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_azure_api_net_private_dns_zone_3.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.orders_fabrikam_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
