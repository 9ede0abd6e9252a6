// What stands in the resource group reader-rg.

resource readerVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'reader-vnet'
  location: 'northcentralus'
  tags: {
    linkspan: 'direct-connect'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.20.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'work'
        properties: {
          addressPrefix: '10.20.1.0/24'
        }
      }
    ]
  }
}

resource reportsInternalExampleCom 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'reports.internal.example.com'
  location: 'global'
  tags: {
    linkspan: 'direct-connect'
  }
}

resource reportsInternalExampleComReaderVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: reportsInternalExampleCom
  name: 'reader-vnet'
  location: 'global'
  tags: {
    linkspan: 'direct-connect'
  }
  properties: {
    virtualNetwork: {
      id: readerVnet.id
    }
    registrationEnabled: false
  }
}

resource reportsPe 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'reports-pe'
  location: 'northcentralus'
  tags: {
    linkspan: 'direct-connect'
  }
  properties: {
    subnet: {
      id: '${readerVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'reports-pe'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls'
        }
      }
    ]
  }
}

module reportsPeAddress 'private-endpoint-address.bicep' = {
  name: 'address-reportsPe'
  params: {
    nic: reportsPe.properties.networkInterfaces[0].id
  }
}

resource reportsInternalExampleComApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: reportsInternalExampleCom
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: reportsPeAddress.outputs.address
      }
    ]
  }
}
