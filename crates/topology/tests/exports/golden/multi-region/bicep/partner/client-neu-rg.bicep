// What stands in the resource group client-neu-rg.

resource clientNeuVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'client-neu-vnet'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '192.168.128.0/17'
      ]
    }
    subnets: [
      {
        name: 'work'
        properties: {
          addressPrefix: '192.168.128.0/24'
        }
      }
    ]
  }
}

resource ordersNeuAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders-neu.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
}

resource ordersNeuAzureApiNetClientNeuVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersNeuAzureApiNet
  name: 'client-neu-vnet'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    virtualNetwork: {
      id: clientNeuVnet.id
    }
    registrationEnabled: false
  }
}

resource peNeu 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'pe-neu'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    subnet: {
      id: '${clientNeuVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'pe-neu'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu'
        }
      }
    ]
  }
}

module peNeuAddress 'private-endpoint-address.bicep' = {
  name: 'address-peNeu'
  params: {
    nic: peNeu.properties.networkInterfaces[0].id
  }
}

resource ordersNeuAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersNeuAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: peNeuAddress.outputs.address
      }
    ]
  }
}
