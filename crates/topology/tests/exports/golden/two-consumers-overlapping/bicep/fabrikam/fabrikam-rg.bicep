// What stands in the resource group fabrikam-rg.

resource fabrikamVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'fabrikam-vnet'
  location: 'northeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.1.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'work'
        properties: {
          addressPrefix: '10.1.1.0/24'
        }
      }
    ]
  }
}

resource ordersAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
}

resource ordersAzureApiNetFabrikamVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersAzureApiNet
  name: 'fabrikam-vnet'
  location: 'global'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    virtualNetwork: {
      id: fabrikamVnet.id
    }
    registrationEnabled: false
  }
}

resource ordersFabrikam 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'orders-fabrikam'
  location: 'northeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    subnet: {
      id: '${fabrikamVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'orders-fabrikam'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls'
        }
      }
    ]
  }
}

module ordersFabrikamAddress 'private-endpoint-address.bicep' = {
  name: 'address-ordersFabrikam'
  params: {
    nic: ordersFabrikam.properties.networkInterfaces[0].id
  }
}

resource ordersAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: ordersFabrikamAddress.outputs.address
      }
    ]
  }
}
