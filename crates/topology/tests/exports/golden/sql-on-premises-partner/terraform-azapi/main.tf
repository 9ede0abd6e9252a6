# sql-on-premises, written by linkspan export.
# privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
# privateEndpoints/sql-pe asks for a connection; the connection is approved at once.

resource "azapi_resource" "reporting_rg" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "reporting-rg"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "reporting_vnet" {
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
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "sql.corp.example.com"
  parent_id = azapi_resource.reporting_rg.id
  location  = "global"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azapi_resource" "sql_corp_example_com_reporting_vnet" {
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
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls"
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
  type                   = "Microsoft.Network/networkInterfaces@2024-03-01"
  resource_id            = azapi_resource.sql_pe.output.properties.networkInterfaces[0].id
  response_export_values = ["properties.ipConfigurations"]
}

resource "azapi_resource" "sql_corp_example_com_apex" {
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
