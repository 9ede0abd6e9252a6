// scale-set, written by linkspan export.
// privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
// privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 11111111-1111-1111-1111-111111111111 --location uksouth --template-file main.bicep
// Deploy in this order: provider/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource apim 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'APIM'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
  }
}

module apimResources 'APIM.bicep' = {
  name: 'APIM'
  scope: apim
}
