# hub-and-spoke, written by linkspan export.
# privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
# privateEndpoints/Api-PE asks for a connection; the connection is approved at once.

resource "azapi_resource" "partner_resource_group" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "Partner"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westeurope"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "partner_virtual_network" {
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

resource "azapi_resource" "api1449_azure_api_net" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "api1449.azure-api.net"
  parent_id = azapi_resource.partner_resource_group.id
  location  = "global"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azapi_resource" "api1449_azure_api_net_partner" {
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "Partner"
  parent_id = azapi_resource.api1449_azure_api_net.id
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
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS"
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
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.api_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "api1449_azure_api_net_apex" {
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.api1449_azure_api_net.id
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
