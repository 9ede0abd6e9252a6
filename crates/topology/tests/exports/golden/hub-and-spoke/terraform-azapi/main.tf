# hub-and-spoke, written by linkspan export.
# privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
# privateEndpoints/Api-PE asks for a connection; the connection is approved at once.

# Subscription company (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "hub_resource_group" {
  provider  = azapi.company
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "Hub"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api" {
  provider  = azapi.company
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "Api"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "relays" {
  provider  = azapi.company
  type      = "Microsoft.Network/applicationSecurityGroups@2024-03-01"
  name      = "relays"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "way_out_ip" {
  provider  = azapi.company
  type      = "Microsoft.Network/publicIPAddresses@2024-03-01"
  name      = "WayOut-IP"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    sku = {
      name = "Standard"
    }
    zones = ["1", "2", "3"]
    properties = {
      publicIPAllocationMethod = "Static"
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "nsg_api" {
  provider  = azapi.company
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "NSG-Api"
  parent_id = azapi_resource.api.id
  location  = "uksouth"
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
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_private_dns_zone" {
  provider  = azapi.company
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "api1449.azure-api.net"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "global"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "way_out" {
  provider  = azapi.company
  type      = "Microsoft.Network/natGateways@2024-03-01"
  name      = "WayOut"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    sku = {
      name = "Standard"
    }
    properties = {
      idleTimeoutInMinutes = 10
      publicIpAddresses = [
        {
          id = azapi_resource.way_out_ip.id
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "nsg_access" {
  provider  = azapi.company
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "NSG-Access"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      securityRules = [
        {
          name = "AllowPrivateLink"
          properties = {
            priority            = 200
            direction           = "Inbound"
            access              = "Allow"
            protocol            = "Tcp"
            sourceAddressPrefix = "10.0.1.0/24"
            sourcePortRange     = "*"
            destinationApplicationSecurityGroups = [
              {
                id = azapi_resource.relays.id
              },
            ]
            destinationPortRange = "443"
          }
        },
        {
          name = "AllowProbe"
          properties = {
            priority            = 210
            direction           = "Inbound"
            access              = "Allow"
            protocol            = "Tcp"
            sourceAddressPrefix = "AzureLoadBalancer"
            sourcePortRange     = "*"
            destinationApplicationSecurityGroups = [
              {
                id = azapi_resource.relays.id
              },
            ]
            destinationPortRange = "8080"
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
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "spoke" {
  provider  = azapi.company
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Spoke"
  parent_id = azapi_resource.api.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.1.0.0/16"]
      }
      subnets = [
        {
          name = "api"
          properties = {
            addressPrefix = "10.1.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.nsg_api.id
            }
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "Hub"
          properties = {
            remoteVirtualNetwork = {
              id = azapi_resource.hub_virtual_network.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "hub_virtual_network" {
  provider  = azapi.company
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Hub"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "access"
          properties = {
            addressPrefix = "10.0.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.nsg_access.id
            }
            natGateway = {
              id = azapi_resource.way_out.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
            defaultOutboundAccess             = false
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "Spoke"
          properties = {
            remoteVirtualNetwork = {
              id = azapi_resource.spoke.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449" {
  provider  = azapi.company
  type      = "Microsoft.ApiManagement/service@2022-08-01"
  name      = "api1449"
  parent_id = azapi_resource.api.id
  location  = "uksouth"
  body = {
    sku = {
      name     = "Developer"
      capacity = 1
    }
    properties = {
      publisherEmail     = "ops@example.com"
      publisherName      = "api1449"
      virtualNetworkType = "Internal"
      virtualNetworkConfiguration = {
        subnetResourceId = "${azapi_resource.spoke.id}/subnets/api"
      }
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
  response_export_values = ["properties.privateIPAddresses"]
}

resource "azapi_resource" "api1449_azure_api_net_spoke" {
  provider  = azapi.company
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "Spoke"
  parent_id = azapi_resource.api1449_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.spoke.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "access_lb" {
  provider  = azapi.company
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "AccessLB"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
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
              id = "${azapi_resource.hub_virtual_network.id}/subnets/access"
            }
            privateIPAddress          = "10.0.1.4"
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
              id = "${azapi_resource.access_lb.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.access_lb.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.access_lb.id}/probes/health"
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
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_hub" {
  provider  = azapi.company
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "Hub"
  parent_id = azapi_resource.api1449_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.hub_virtual_network.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_apex_record" {
  provider  = azapi.company
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.api1449_azure_api_net_private_dns_zone.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = azapi_resource.api1449.output.properties.privateIPAddresses[0]
        },
      ]
    }
  }
}

resource "azapi_resource" "relay_0_nic" {
  provider  = azapi.company
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-0-nic"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_virtual_network.id}/subnets/access"
            }
            privateIPAddress          = "10.0.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.access_lb.id}/backendAddressPools/backend"
              },
            ]
            applicationSecurityGroups = [
              {
                id = azapi_resource.relays.id
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "relay_1_nic" {
  provider  = azapi.company
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-1-nic"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_virtual_network.id}/subnets/access"
            }
            privateIPAddress          = "10.0.1.6"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.access_lb.id}/backendAddressPools/backend"
              },
            ]
            applicationSecurityGroups = [
              {
                id = azapi_resource.relays.id
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api_pls" {
  provider  = azapi.company
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "Api-PLS"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.access_lb.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_virtual_network.id}/subnets/access"
            }
            privateIPAddress          = "10.0.1.7"
            privateIPAllocationMethod = "Static"
            primary                   = true
          }
        },
      ]
      visibility = {
        subscriptions = ["11111111-1111-1111-1111-111111111111"]
      }
      autoApproval = {
        subscriptions = ["11111111-1111-1111-1111-111111111111"]
      }
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "relay_0" {
  provider  = azapi.company
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-0"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
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
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"api1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
  depends_on = [
    azapi_resource.api1449_azure_api_net_apex_record,
    azapi_resource.api1449_azure_api_net_hub,
  ]
}

resource "azapi_resource" "relay_1" {
  provider  = azapi.company
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-1"
  parent_id = azapi_resource.hub_resource_group.id
  location  = "uksouth"
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
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"api1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
  depends_on = [
    azapi_resource.api1449_azure_api_net_apex_record,
    azapi_resource.api1449_azure_api_net_hub,
  ]
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "partner_resource_group" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "Partner"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westeurope"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "partner_virtual_network" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Partner"
  parent_id = azapi_resource.partner_resource_group.id
  location  = "westeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "shop"
          properties = {
            addressPrefix = "10.0.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_private_dns_zone_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "api1449.azure-api.net"
  parent_id = azapi_resource.partner_resource_group.id
  location  = "global"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_partner" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "Partner"
  parent_id = azapi_resource.api1449_azure_api_net_private_dns_zone_2.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.partner_virtual_network.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api_pe" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "Api-PE"
  parent_id = azapi_resource.partner_resource_group.id
  location  = "westeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.partner_virtual_network.id}/subnets/shop"
      }
      privateLinkServiceConnections = [
        {
          name = "Api-PE"
          properties = {
            privateLinkServiceId = azapi_resource.api_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "api_pe_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.api_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "api1449_azure_api_net_apex_record_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.api1449_azure_api_net_private_dns_zone_2.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.api_pe_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
