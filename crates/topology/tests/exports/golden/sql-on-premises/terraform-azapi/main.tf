# sql-on-premises, written by linkspan export.
# privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
# privateEndpoints/sql-pe asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "hub_rg" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "hub-rg"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "relays_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "relays-nsg"
  parent_id = azapi_resource.hub_rg.id
  location  = "uksouth"
  body = {
    properties = {
      securityRules = [
        {
          name = "AllowPrivateLink-1433"
          properties = {
            priority                 = 200
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "10.0.1.0/24"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.0.1.0/24"
            destinationPortRange     = "1433"
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
            destinationAddressPrefix = "10.0.1.0/24"
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
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "hub_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "hub-vnet"
  parent_id = azapi_resource.hub_rg.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "GatewaySubnet"
          properties = {
            addressPrefix = "10.0.0.0/27"
          }
        },
        {
          name = "relays"
          properties = {
            addressPrefix = "10.0.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.relays_nsg.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_lb" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "sql-lb"
  parent_id = azapi_resource.hub_rg.id
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
              id = "${azapi_resource.hub_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.6"
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
          name = "tcp-1433"
          properties = {
            frontendIPConfiguration = {
              id = "${azapi_resource.sql_lb.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.sql_lb.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.sql_lb.id}/probes/health"
            }
            protocol             = "Tcp"
            frontendPort         = 1433
            backendPort          = 1433
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
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "relay_0_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-0-nic"
  parent_id = azapi_resource.hub_rg.id
  location  = "uksouth"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.sql_lb.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "relay_1_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-1-nic"
  parent_id = azapi_resource.hub_rg.id
  location  = "uksouth"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.sql_lb.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_pls" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "sql-pls"
  parent_id = azapi_resource.hub_rg.id
  location  = "uksouth"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.sql_lb.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.hub_vnet.id}/subnets/relays"
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
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "relay_0" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-0"
  parent_id = azapi_resource.hub_rg.id
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
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:1433\",\"to\":[\"10.9.0.10:1433\",\"10.9.0.11:1433\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "relay_1" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-1"
  parent_id = azapi_resource.hub_rg.id
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
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:1433\",\"to\":[\"10.9.0.10:1433\",\"10.9.0.11:1433\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "reporting_rg" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "reporting-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "reporting_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "reporting-vnet"
  parent_id = azapi_resource.reporting_rg.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.9.0.0/16"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "10.9.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_corp_example_com" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "sql.corp.example.com"
  parent_id = azapi_resource.reporting_rg.id
  location  = "global"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_corp_example_com_reporting_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "reporting-vnet"
  parent_id = azapi_resource.sql_corp_example_com.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.reporting_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_pe" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "sql-pe"
  parent_id = azapi_resource.reporting_rg.id
  location  = "uksouth"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.reporting_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "sql-pe"
          properties = {
            privateLinkServiceId = azapi_resource.sql_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "sql-on-premises"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "sql_pe_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.sql_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "sql_corp_example_com_apex" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.sql_corp_example_com.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.sql_pe_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
