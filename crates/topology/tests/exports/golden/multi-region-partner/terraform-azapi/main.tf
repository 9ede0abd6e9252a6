# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.

resource "azapi_resource" "client_weu_rg" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "client-weu-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "client_neu_rg" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "client-neu-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "client_weu_vnet" {
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

resource "azapi_resource" "orders_weu_azure_api_net" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-weu.azure-api.net"
  parent_id = azapi_resource.client_weu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_neu_azure_api_net" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "orders-neu.azure-api.net"
  parent_id = azapi_resource.client_neu_rg.id
  location  = "global"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azapi_resource" "orders_weu_azure_api_net_client_weu_vnet" {
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "client-weu-vnet"
  parent_id = azapi_resource.orders_weu_azure_api_net.id
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
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "client-neu-vnet"
  parent_id = azapi_resource.orders_neu_azure_api_net.id
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
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu"
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
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.pe_weu.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "pe_neu" {
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
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu"
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
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.pe_neu.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "orders_weu_azure_api_net_apex" {
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_weu_azure_api_net.id
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

resource "azapi_resource" "orders_neu_azure_api_net_apex" {
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.orders_neu_azure_api_net.id
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
