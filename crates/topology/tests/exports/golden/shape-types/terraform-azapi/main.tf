# shapes, written by linkspan export.

variable "vmAdminPassword" {
  type      = string
  sensitive = true
}

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "p" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "P"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "spoke" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Spoke"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.7.0.0/16"]
      }
      subnets = [
        {
          name = "default"
          properties = {
            addressPrefix = "10.7.0.0/24"
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "to-hub"
          properties = {
            allowVirtualNetworkAccess = true
            allowForwardedTraffic     = false
            remoteVirtualNetwork = {
              id = azapi_resource.hub.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "out_ip" {
  provider  = azapi.provider
  type      = "Microsoft.Network/publicIPAddresses@2024-03-01"
  name      = "out-ip"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    sku = {
      name = "Standard"
    }
    zones = ["1", "2", "3"]
    properties = {
      publicIPAllocationMethod = "Static"
      publicIPAddressVersion   = "IPv4"
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "asg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/applicationSecurityGroups@2024-03-01"
  name      = "asg"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "nsg"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      securityRules = [
        {
          name = "allow"
          properties = {
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefixes    = ["10.0.0.0/16", "10.7.0.0/16"]
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRanges    = ["443", "8080-8090"]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "routes" {
  provider  = azapi.provider
  type      = "Microsoft.Network/routeTables@2024-03-01"
  name      = "routes"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      disableBgpRoutePropagation = true
      routes = [
        {
          name = "near"
          properties = {
            addressPrefix    = "10.9.0.0/16"
            nextHopType      = "VirtualAppliance"
            nextHopIpAddress = "10.0.2.9"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "stlinkspan" {
  provider  = azapi.provider
  type      = "Microsoft.Storage/storageAccounts@2023-05-01"
  name      = "stlinkspan"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    sku = {
      name = "Standard_LRS"
    }
    kind = "StorageV2"
    properties = {
      publicNetworkAccess = "Disabled"
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "privatelink_blob_core_windows_net" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "privatelink.blob.core.windows.net"
  parent_id = azapi_resource.p.id
  location  = "global"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "natgw" {
  provider  = azapi.provider
  type      = "Microsoft.Network/natGateways@2024-03-01"
  name      = "natgw"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    sku = {
      name = "Standard"
    }
    properties = {
      idleTimeoutInMinutes = 4
      publicIpAddresses = [
        {
          id = azapi_resource.out_ip.id
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "blob_pe" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "blob-PE"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.spoke.id}/subnets/default"
      }
      privateLinkServiceConnections = [
        {
          name = "blob"
          properties = {
            privateLinkServiceId = azapi_resource.stlinkspan.id
            groupIds             = ["blob"]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "privatelink_blob_core_windows_net_spoke" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "spoke"
  parent_id = azapi_resource.privatelink_blob_core_windows_net.id
  location  = "global"
  body = {
    properties = {
      registrationEnabled = false
      virtualNetwork = {
        id = azapi_resource.spoke.id
      }
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "hub" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Hub"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "nat"
          properties = {
            addressPrefix = "10.0.1.0/24"
          }
        },
        {
          name = "out"
          properties = {
            addressPrefix = "10.0.2.0/24"
            natGateway = {
              id = azapi_resource.natgw.id
            }
            networkSecurityGroup = {
              id = azapi_resource.nsg.id
            }
            routeTable = {
              id = azapi_resource.routes.id
            }
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "to-spoke"
          properties = {
            allowVirtualNetworkAccess = true
            allowForwardedTraffic     = false
            remoteVirtualNetwork = {
              id = azapi_resource.spoke.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "blob_pe_default" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-03-01"
  name      = "default"
  parent_id = azapi_resource.blob_pe.id
  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "blob"
          properties = {
            privateDnsZoneId = azapi_resource.privatelink_blob_core_windows_net.id
          }
        },
      ]
    }
  }
}

resource "azapi_resource" "lb" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "lb"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    sku = {
      name = "Standard"
    }
    properties = {
      frontendIPConfigurations = [
        {
          name  = "fe"
          zones = ["1", "2", "3"]
          properties = {
            subnet = {
              id = "${azapi_resource.hub.id}/subnets/out"
            }
            privateIPAllocationMethod = "Dynamic"
          }
        },
      ]
      backendAddressPools = [
        {
          name       = "be"
          properties = {}
        },
      ]
      probes = [
        {
          name = "tcp"
          properties = {
            protocol          = "Tcp"
            port              = 443
            intervalInSeconds = 5
            numberOfProbes    = 1
            probeThreshold    = 1
          }
        },
      ]
      loadBalancingRules = [
        {
          name = "https"
          properties = {
            frontendIPConfiguration = {
              id = "${azapi_resource.lb.id}/frontendIPConfigurations/fe"
            }
            backendAddressPool = {
              id = "${azapi_resource.lb.id}/backendAddressPools/be"
            }
            probe = {
              id = "${azapi_resource.lb.id}/probes/tcp"
            }
            protocol             = "Tcp"
            frontendPort         = 443
            backendPort          = 443
            enableTcpReset       = true
            idleTimeoutInMinutes = 30
            disableOutboundSnat  = true
            enableFloatingIP     = false
            loadDistribution     = "Default"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "nic"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      enableIPForwarding = true
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            primary                   = true
            privateIPAllocationMethod = "Static"
            privateIPAddress          = "10.0.2.9"
            subnet = {
              id = "${azapi_resource.hub.id}/subnets/out"
            }
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.lb.id}/backendAddressPools/be"
              },
            ]
            applicationSecurityGroups = [
              {
                id = azapi_resource.asg.id
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "vm" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "vm"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
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
            storageAccountType = "Premium_LRS"
          }
        }
      }
      osProfile = {
        computerName  = "vm"
        adminUsername = "azureuser"
        adminPassword = var.vmAdminPassword
        linuxConfiguration = {
          disablePasswordAuthentication = false
        }
      }
      networkProfile = {
        networkInterfaces = [
          {
            id = azapi_resource.nic.id
          },
        ]
      }
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

# Subscription one (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "a" {
  provider  = azapi.one
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "A"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

# Subscription two (33333333-3333-3333-3333-333333333333)

resource "azapi_resource" "b" {
  provider  = azapi.two
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "B"
  parent_id = "/subscriptions/33333333-3333-3333-3333-333333333333"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}
