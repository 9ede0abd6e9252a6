// What stands in the resource group Partner.

resource partnerVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Partner'
  location: 'westeurope'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'shop'
        properties: {
          addressPrefix: '10.0.0.0/24'
        }
      }
    ]
  }
}

resource api1449AzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'api1449.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'hub-and-spoke'
  }
}

resource api1449AzureApiNetPartner 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: api1449AzureApiNet
  name: 'Partner'
  location: 'global'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    virtualNetwork: {
      id: partnerVirtualNetwork.id
    }
    registrationEnabled: false
  }
}

resource apiPE 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'Api-PE'
  location: 'westeurope'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    subnet: {
      id: '${partnerVirtualNetwork.id}/subnets/shop'
    }
    privateLinkServiceConnections: [
      {
        name: 'Api-PE'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS'
        }
      }
    ]
  }
}

module apiPEAddress 'private-endpoint-address.bicep' = {
  name: 'address-apiPE'
  params: {
    nic: apiPE.properties.networkInterfaces[0].id
  }
}

resource api1449AzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: api1449AzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: apiPEAddress.outputs.address
      }
    ]
  }
}
