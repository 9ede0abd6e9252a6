// hub-and-spoke, written by linkspan export.
// privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
// privateEndpoints/Api-PE asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 11111111-1111-1111-1111-111111111111 --location westeurope --template-file main.bicep
// Deploy in this order: company/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource partnerResourceGroup 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'Partner'
  location: 'westeurope'
  tags: {
    linkspan: 'hub-and-spoke'
  }
}

module partnerResourceGroupResources 'Partner.bicep' = {
  name: 'Partner'
  scope: partnerResourceGroup
}
