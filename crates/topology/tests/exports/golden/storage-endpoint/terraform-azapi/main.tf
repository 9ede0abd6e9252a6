# storage-endpoint, written by linkspan export.

resource "azapi_resource" "work" {
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "work"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westeurope"
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azapi_resource" "work_vnet" {
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "work-vnet"
  parent_id = azapi_resource.work.id
  location  = "westeurope"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.30.0.0/16"]
      }
      subnets = [
        {
          name = "endpoints"
          properties = {
            addressPrefix = "10.30.1.0/24"
          }
        },
        {
          name = "workers"
          properties = {
            addressPrefix = "10.30.2.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azapi_resource" "privatelink_blob_core_windows_net" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "privatelink.blob.core.windows.net"
  parent_id = azapi_resource.work.id
  location  = "global"
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azapi_resource" "reports_blob" {
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "reports-blob"
  parent_id = azapi_resource.work.id
  location  = "westeurope"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.work_vnet.id}/subnets/endpoints"
      }
      privateLinkServiceConnections = [
        {
          name = "reports-blob"
          properties = {
            privateLinkServiceId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/contosoreports"
            groupIds             = ["blob"]
          }
        },
      ]
      ipConfigurations = [
        {
          name = "ipconfig1"
          properties = {
            groupId          = "blob"
            memberName       = "blob"
            privateIPAddress = "10.30.1.10"
          }
        },
      ]
      customNetworkInterfaceName = "reports-blob-nic"
    }
  }
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azapi_resource" "privatelink_blob_core_windows_net_work_vnet" {
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "work-vnet"
  parent_id = azapi_resource.privatelink_blob_core_windows_net.id
  location  = "global"
  body = {
    properties = {
      virtualNetwork = {
        id = azapi_resource.work_vnet.id
      }
      registrationEnabled = false
    }
  }
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azapi_resource" "reports_blob_default" {
  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-03-01"
  name      = "default"
  parent_id = azapi_resource.reports_blob.id
  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "privatelink-blob-core-windows-net"
          properties = {
            privateDnsZoneId = azapi_resource.privatelink_blob_core_windows_net.id
          }
        },
      ]
    }
  }
}
