# scale-set, written by linkspan export.
# privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
# privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.

resource "azapi_resource" "apim" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "APIM"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "external" {
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

resource "azapi_resource" "apim1449_azure_api_net" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "apim1449.azure-api.net"
  parent_id = azapi_resource.apim.id
  location  = "global"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azapi_resource" "apim1449_azure_api_net_external" {
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "External"
  parent_id = azapi_resource.apim1449_azure_api_net.id
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
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS"
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
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.apim_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "apim1449_azure_api_net_apex" {
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.apim1449_azure_api_net.id
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
