# scale-set, written by linkspan export.
# privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
# privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "private_apim" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "PrivateAPIM"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "apim-nsg"
  parent_id = azapi_resource.private_apim.id
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
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "relays_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "relays-nsg"
  parent_id = azapi_resource.private_apim.id
  location  = "uksouth"
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
            sourceAddressPrefix      = "10.0.1.0/24"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.0.1.0/24"
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
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_private_dns_zone" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "apim1449.azure-api.net"
  parent_id = azapi_resource.private_apim.id
  location  = "global"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "main_net" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "MainNet"
  parent_id = azapi_resource.private_apim.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
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
        {
          name = "apim"
          properties = {
            addressPrefix = "10.0.2.0/24"
            networkSecurityGroup = {
              id = azapi_resource.apim_nsg.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449" {
  provider  = azapi.provider
  type      = "Microsoft.ApiManagement/service@2022-08-01"
  name      = "apim1449"
  parent_id = azapi_resource.private_apim.id
  location  = "uksouth"
  body = {
    sku = {
      name     = "Developer"
      capacity = 1
    }
    properties = {
      publisherEmail     = "ops@example.com"
      publisherName      = "apim1449"
      virtualNetworkType = "Internal"
      virtualNetworkConfiguration = {
        subnetResourceId = "${azapi_resource.main_net.id}/subnets/apim"
      }
    }
  }
  tags = {
    linkspan = "scale-set"
  }
  response_export_values = ["properties.privateIPAddresses"]
}

resource "azapi_resource" "relays_lb" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "relays-lb"
  parent_id = azapi_resource.private_apim.id
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
              id = "${azapi_resource.main_net.id}/subnets/relays"
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
              id = "${azapi_resource.relays_lb.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.relays_lb.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.relays_lb.id}/probes/health"
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
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_main_net" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "MainNet"
  parent_id = azapi_resource.apim1449_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.main_net.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "relays" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachineScaleSets@2024-07-01"
  name      = "relays"
  parent_id = azapi_resource.private_apim.id
  location  = "uksouth"
  body = {
    sku = {
      name     = "Standard_B2s"
      tier     = "Standard"
      capacity = 3
    }
    zones = ["1", "2", "3"]
    properties = {
      orchestrationMode = "Uniform"
      upgradePolicy = {
        mode = "Rolling"
      }
      virtualMachineProfile = {
        osProfile = {
          computerNamePrefix = "relays"
          adminUsername      = "azureuser"
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
        networkProfile = {
          healthProbe = {
            id = "${azapi_resource.relays_lb.id}/probes/health"
          }
          networkInterfaceConfigurations = [
            {
              name = "relays-nic"
              properties = {
                primary = true
                ipConfigurations = [
                  {
                    name = "ipconfig1"
                    properties = {
                      subnet = {
                        id = "${azapi_resource.main_net.id}/subnets/relays"
                      }
                      primary = true
                      loadBalancerBackendAddressPools = [
                        {
                          id = "${azapi_resource.relays_lb.id}/backendAddressPools/backend"
                        },
                      ]
                    }
                  },
                ]
              }
            },
          ]
        }
        userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"apim1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
      }
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim_pls" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "APIM-PLS"
  parent_id = azapi_resource.private_apim.id
  location  = "uksouth"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.relays_lb.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.main_net.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.5"
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
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_apex_record" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.apim1449_azure_api_net_private_dns_zone.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = azapi_resource.apim1449.output.properties.privateIPAddresses[0]
        },
      ]
    }
  }
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "apim" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "APIM"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "external" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "External"
  parent_id = azapi_resource.apim.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["192.168.0.0/16"]
      }
      subnets = [
        {
          name = "default"
          properties = {
            addressPrefix = "192.168.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_private_dns_zone_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "apim1449.azure-api.net"
  parent_id = azapi_resource.apim.id
  location  = "global"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_external" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "External"
  parent_id = azapi_resource.apim1449_azure_api_net_private_dns_zone_2.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.external.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim_pe" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "APIM-PE"
  parent_id = azapi_resource.apim.id
  location  = "uksouth"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.external.id}/subnets/default"
      }
      privateLinkServiceConnections = [
        {
          name = "APIM-PE"
          properties = {
            privateLinkServiceId = azapi_resource.apim_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "scale-set"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "apim_pe_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.apim_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "apim1449_azure_api_net_apex_record_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.apim1449_azure_api_net_private_dns_zone_2.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.apim_pe_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
