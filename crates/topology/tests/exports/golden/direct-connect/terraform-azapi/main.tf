# direct-connect, written by linkspan export.
# privateEndpoints/reports-pe (partner) needs from the provider: the id or the alias of privateLinkServices/reports-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls.
# privateEndpoints/reports-pe asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "reports_rg" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "reports-rg"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "northcentralus"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reports_vnet" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "reports-vnet"
  parent_id = azapi_resource.reports_rg.id
  location  = "northcentralus"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.20.0.0/16"]
      }
      subnets = [
        {
          name = "servers"
          properties = {
            addressPrefix = "10.20.1.0/24"
          }
        },
        {
          name = "nat"
          properties = {
            addressPrefix                     = "10.20.2.0/24"
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reports_pls" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "reports-pls"
  parent_id = azapi_resource.reports_rg.id
  location  = "northcentralus"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.reports_vnet.id}/subnets/nat"
            }
            privateIPAddress          = "10.20.2.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
          }
        },
        {
          name = "nat-1"
          properties = {
            subnet = {
              id = "${azapi_resource.reports_vnet.id}/subnets/nat"
            }
            privateIPAddress          = "10.20.2.5"
            privateIPAllocationMethod = "Static"
            primary                   = false
          }
        },
      ]
      destinationIPAddress = "10.20.1.10"
      visibility = {
        subscriptions = ["11111111-1111-1111-1111-111111111111"]
      }
      autoApproval = {
        subscriptions = ["11111111-1111-1111-1111-111111111111"]
      }
    }
  }
  tags = {
    linkspan = "direct-connect"
  }
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "reader_rg" {
  provider  = azapi.partner
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "reader-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "northcentralus"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reader_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "reader-vnet"
  parent_id = azapi_resource.reader_rg.id
  location  = "northcentralus"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.20.0.0/16"]
      }
      subnets = [
        {
          name = "work"
          properties = {
            addressPrefix = "10.20.1.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reports_internal_example_com" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "reports.internal.example.com"
  parent_id = azapi_resource.reader_rg.id
  location  = "global"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reports_internal_example_com_reader_vnet" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "reader-vnet"
  parent_id = azapi_resource.reports_internal_example_com.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.reader_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azapi_resource" "reports_pe" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "reports-pe"
  parent_id = azapi_resource.reader_rg.id
  location  = "northcentralus"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.reader_vnet.id}/subnets/work"
      }
      privateLinkServiceConnections = [
        {
          name = "reports-pe"
          properties = {
            privateLinkServiceId = azapi_resource.reports_pls.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "direct-connect"
  }
  response_export_values = ["properties.networkInterfaces"]
}

data "azapi_resource" "reports_pe_nic" {
  provider               = azapi.partner
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.reports_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "reports_internal_example_com_apex" {
  provider  = azapi.partner
  type      = "Microsoft.Network/privateDnsZones/A@2024-06-01"
  name      = "@"
  parent_id = azapi_resource.reports_internal_example_com.id
  body = {
    properties = {
      ttl = 10
      aRecords = [
        {
          ipv4Address = data.azapi_resource.reports_pe_nic.output.properties.ipConfigurations[0].properties.privateIPAddress
        },
      ]
    }
  }
}
