// What stands in the resource group contoso-rg.

resource contosoVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'contoso-vnet'
  location: 'westeurope'
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

resource ordersAzureApiNetContosoVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersAzureApiNet
  name: 'contoso-vnet'
  location: 'global'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    virtualNetwork: {
      id: contosoVnet.id
    }
    registrationEnabled: false
  }
}

resource ordersContoso 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'orders-contoso'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    subnet: {
      id: '${contosoVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'orders-contoso'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls'
        }
      }
    ]
  }
}

module ordersContosoAddress 'private-endpoint-address.bicep' = {
  name: 'address-ordersContoso'
  params: {
    nic: ordersContoso.properties.networkInterfaces[0].id
  }
}

resource ordersAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: ordersContosoAddress.outputs.address
      }
    ]
  }
}
