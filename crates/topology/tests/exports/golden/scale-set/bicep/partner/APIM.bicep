// What stands in the resource group APIM.

resource external 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'External'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '192.168.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'default'
        properties: {
          addressPrefix: '192.168.0.0/24'
        }
      }
    ]
  }
}

resource apim1449AzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'apim1449.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'scale-set'
  }
}

resource apim1449AzureApiNetExternal 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: apim1449AzureApiNet
  name: 'External'
  location: 'global'
  tags: {
    linkspan: 'scale-set'
  }
  properties: {
    virtualNetwork: {
      id: external.id
    }
    registrationEnabled: false
  }
}

resource apimPE 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'APIM-PE'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
  }
  properties: {
    subnet: {
      id: '${external.id}/subnets/default'
    }
    privateLinkServiceConnections: [
      {
        name: 'APIM-PE'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS'
        }
      }
    ]
  }
}

module apimPEAddress 'private-endpoint-address.bicep' = {
  name: 'address-apimPE'
  params: {
    nic: apimPE.properties.networkInterfaces[0].id
  }
}

resource apim1449AzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: apim1449AzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: apimPEAddress.outputs.address
      }
    ]
  }
}
