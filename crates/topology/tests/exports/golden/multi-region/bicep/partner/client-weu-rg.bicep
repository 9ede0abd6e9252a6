// What stands in the resource group client-weu-rg.

resource clientWeuVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'client-weu-vnet'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '192.168.0.0/17'
      ]
    }
    subnets: [
      {
        name: 'work'
        properties: {
          addressPrefix: '192.168.0.0/24'
        }
      }
    ]
  }
}

resource ordersWeuAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders-weu.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
}

resource ordersWeuAzureApiNetClientWeuVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersWeuAzureApiNet
  name: 'client-weu-vnet'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    virtualNetwork: {
      id: clientWeuVnet.id
    }
    registrationEnabled: false
  }
}

resource peWeu 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'pe-weu'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    subnet: {
      id: '${clientWeuVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'pe-weu'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu'
        }
      }
    ]
  }
}

module peWeuAddress 'private-endpoint-address.bicep' = {
  name: 'address-peWeu'
  params: {
    nic: peWeu.properties.networkInterfaces[0].id
  }
}

resource ordersWeuAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersWeuAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: peWeuAddress.outputs.address
      }
    ]
  }
}
