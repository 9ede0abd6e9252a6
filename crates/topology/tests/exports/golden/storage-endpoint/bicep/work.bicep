// What stands in the resource group work.

resource workVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'work-vnet'
  location: 'westeurope'
  tags: {
    linkspan: 'storage-endpoint'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.30.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.30.1.0/24'
        }
      }
      {
        name: 'workers'
        properties: {
          addressPrefix: '10.30.2.0/24'
        }
      }
    ]
  }
}

resource privatelinkBlobCoreWindowsNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.blob.core.windows.net'
  location: 'global'
  tags: {
    linkspan: 'storage-endpoint'
  }
}

resource reportsBlob 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'reports-blob'
  location: 'westeurope'
  tags: {
    linkspan: 'storage-endpoint'
  }
  properties: {
    subnet: {
      id: '${workVnet.id}/subnets/endpoints'
    }
    privateLinkServiceConnections: [
      {
        name: 'reports-blob'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/contosoreports'
          groupIds: [
            'blob'
          ]
        }
      }
    ]
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          groupId: 'blob'
          memberName: 'blob'
          privateIPAddress: '10.30.1.10'
        }
      }
    ]
    customNetworkInterfaceName: 'reports-blob-nic'
  }
}

resource privatelinkBlobCoreWindowsNetWorkVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: privatelinkBlobCoreWindowsNet
  name: 'work-vnet'
  location: 'global'
  tags: {
    linkspan: 'storage-endpoint'
  }
  properties: {
    virtualNetwork: {
      id: workVnet.id
    }
    registrationEnabled: false
  }
}

resource reportsBlobDefault 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-03-01' = {
  parent: reportsBlob
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'privatelink-blob-core-windows-net'
        properties: {
          privateDnsZoneId: privatelinkBlobCoreWindowsNet.id
        }
      }
    ]
  }
}
