# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "orders_weu_rg" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "orders-weu-rg"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_rg" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "orders-neu-rg"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "apim_neu_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "apim-neu-nsg"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "apim_weu_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "apim-weu-nsg"
  parent_id = azapi_resource.orders_weu_rg.id
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relays_neu_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "relays-neu-nsg"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
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
            sourceAddressPrefix      = "10.4.1.0/24"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.4.1.0/24"
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
            destinationAddressPrefix = "10.4.1.0/24"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relays_weu_nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "relays-weu-nsg"
  parent_id = azapi_resource.orders_weu_rg.id
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_private_dns_zone" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-weu.azure-api.net"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_private_dns_zone" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-neu.azure-api.net"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "orders-weu-vnet"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "westeurope"
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
              id = azapi_resource.relays_weu_nsg.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
        {
          name = "apim"
          properties = {
            addressPrefix = "10.0.2.0/24"
            networkSecurityGroup = {
              id = azapi_resource.apim_weu_nsg.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "orders-neu-vnet"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.4.0.0/16"]
      }
      subnets = [
        {
          name = "relays"
          properties = {
            addressPrefix = "10.4.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.relays_neu_nsg.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
        {
          name = "apim"
          properties = {
            addressPrefix = "10.4.2.0/24"
            networkSecurityGroup = {
              id = azapi_resource.apim_neu_nsg.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu" {
  provider  = azapi.provider
  type      = "Microsoft.ApiManagement/service@2022-08-01"
  name      = "orders-weu"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "westeurope"
  body = {
    sku = {
      name     = "Premium"
      capacity = 3
    }
    zones = ["1", "2", "3"]
    properties = {
      publisherEmail     = "ops@example.com"
      publisherName      = "orders-weu"
      virtualNetworkType = "Internal"
      virtualNetworkConfiguration = {
        subnetResourceId = "${azapi_resource.orders_weu_vnet.id}/subnets/apim"
      }
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  response_export_values = ["properties.privateIPAddresses"]
}

resource "azapi_resource" "orders_neu" {
  provider  = azapi.provider
  type      = "Microsoft.ApiManagement/service@2022-08-01"
  name      = "orders-neu"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
  body = {
    sku = {
      name     = "Premium"
      capacity = 3
    }
    zones = ["1", "2", "3"]
    properties = {
      publisherEmail     = "ops@example.com"
      publisherName      = "orders-neu"
      virtualNetworkType = "Internal"
      virtualNetworkConfiguration = {
        subnetResourceId = "${azapi_resource.orders_neu_vnet.id}/subnets/apim"
      }
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  response_export_values = ["properties.privateIPAddresses"]
}

resource "azapi_resource" "lb_weu" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "lb-weu"
  parent_id = azapi_resource.orders_weu_rg.id
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
              id = "${azapi_resource.orders_weu_vnet.id}/subnets/relays"
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
          name = "tcp-443"
          properties = {
            frontendIPConfiguration = {
              id = "${azapi_resource.lb_weu.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.lb_weu.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.lb_weu.id}/probes/health"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "lb_neu" {
  provider  = azapi.provider
  type      = "Microsoft.Network/loadBalancers@2024-03-01"
  name      = "lb-neu"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
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
              id = "${azapi_resource.orders_neu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.4.1.6"
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
              id = "${azapi_resource.lb_neu.id}/frontendIPConfigurations/frontend"
            }
            backendAddressPool = {
              id = "${azapi_resource.lb_neu.id}/backendAddressPools/backend"
            }
            probe = {
              id = "${azapi_resource.lb_neu.id}/probes/health"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_orders_weu_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "orders-weu-vnet"
  parent_id = azapi_resource.orders_weu_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.orders_weu_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_orders_neu_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "orders-neu-vnet"
  parent_id = azapi_resource.orders_neu_azure_api_net_private_dns_zone.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.orders_neu_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relay_weu_0_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-weu-0-nic"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "westeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_weu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.lb_weu.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relay_weu_1_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-weu-1-nic"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "westeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_weu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.0.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.lb_weu.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relay_neu_0_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-neu-0-nic"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_neu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.4.1.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.lb_neu.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "relay_neu_1_nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "relay-neu-1-nic"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_neu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.4.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = true
            loadBalancerBackendAddressPools = [
              {
                id = "${azapi_resource.lb_neu.id}/backendAddressPools/backend"
              },
            ]
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "pls_weu" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "pls-weu"
  parent_id = azapi_resource.orders_weu_rg.id
  location  = "westeurope"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.lb_weu.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_weu_vnet.id}/subnets/relays"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "pls_neu" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "pls-neu"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      loadBalancerFrontendIpConfigurations = [
        {
          id = "${azapi_resource.lb_neu.id}/frontendIPConfigurations/frontend"
        },
      ]
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.orders_neu_vnet.id}/subnets/relays"
            }
            privateIPAddress          = "10.4.1.7"
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
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_apex_record" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_weu_azure_api_net_private_dns_zone.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = azapi_resource.orders_weu.output.properties.privateIPAddresses[0]
        },
      ]
    }
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_apex_record" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_neu_azure_api_net_private_dns_zone.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = azapi_resource.orders_neu.output.properties.privateIPAddresses[0]
        },
      ]
    }
  }
}

resource "azapi_resource" "relay_weu_0" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-weu-0"
  parent_id = azapi_resource.orders_weu_rg.id
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
        computerName  = "relay-weu-0"
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
            id = azapi_resource.relay_weu_0_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-weu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azapi_resource.orders_weu_azure_api_net_apex_record,
    azapi_resource.orders_weu_azure_api_net_orders_weu_vnet,
  ]
}

resource "azapi_resource" "relay_weu_1" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-weu-1"
  parent_id = azapi_resource.orders_weu_rg.id
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
        computerName  = "relay-weu-1"
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
            id = azapi_resource.relay_weu_1_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-weu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azapi_resource.orders_weu_azure_api_net_apex_record,
    azapi_resource.orders_weu_azure_api_net_orders_weu_vnet,
  ]
}

resource "azapi_resource" "relay_neu_0" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-neu-0"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
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
        computerName  = "relay-neu-0"
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
            id = azapi_resource.relay_neu_0_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-neu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azapi_resource.orders_neu_azure_api_net_apex_record,
    azapi_resource.orders_neu_azure_api_net_orders_neu_vnet,
  ]
}

resource "azapi_resource" "relay_neu_1" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachines@2024-07-01"
  name      = "relay-neu-1"
  parent_id = azapi_resource.orders_neu_rg.id
  location  = "northeurope"
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
        computerName  = "relay-neu-1"
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
            id = azapi_resource.relay_neu_1_nic.id
          },
        ]
      }
      userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-neu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azapi_resource.orders_neu_azure_api_net_apex_record,
    azapi_resource.orders_neu_azure_api_net_orders_neu_vnet,
  ]
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "client_weu_rg" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "client-weu-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "client_neu_rg" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "client-neu-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "client_weu_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "client-weu-vnet"
  parent_id = azapi_resource.client_weu_rg.id
  location  = "westeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["192.168.0.0/17"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "192.168.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "client_neu_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "client-neu-vnet"
  parent_id = azapi_resource.client_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["192.168.128.0/17"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "192.168.128.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_private_dns_zone_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-weu.azure-api.net"
  parent_id = azapi_resource.client_weu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_private_dns_zone_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-neu.azure-api.net"
  parent_id = azapi_resource.client_neu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_client_weu_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "client-weu-vnet"
  parent_id = azapi_resource.orders_weu_azure_api_net_private_dns_zone_2.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.client_weu_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_client_neu_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "client-neu-vnet"
  parent_id = azapi_resource.orders_neu_azure_api_net_private_dns_zone_2.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.client_neu_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "pe_weu" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "pe-weu"
  parent_id = azapi_resource.client_weu_rg.id
  location  = "westeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.client_weu_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "pe-weu"
          properties = {
            privateLinkServiceId = azapi_resource.pls_weu.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "pe_weu_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.pe_weu.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "pe_neu" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "pe-neu"
  parent_id = azapi_resource.client_neu_rg.id
  location  = "northeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.client_neu_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "pe-neu"
          properties = {
            privateLinkServiceId = azapi_resource.pls_neu.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "multi-region"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "pe_neu_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.pe_neu.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "orders_weu_azure_api_net_apex_record_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_weu_azure_api_net_private_dns_zone_2.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.pe_weu_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}

resource "azapi_resource" "orders_neu_azure_api_net_apex_record_2" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_neu_azure_api_net_private_dns_zone_2.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.pe_neu_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
