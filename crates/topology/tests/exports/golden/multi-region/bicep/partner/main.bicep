// multi-region, written by linkspan export.
// privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
// privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
// privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
// privateEndpoints/pe-neu asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 11111111-1111-1111-1111-111111111111 --location westeurope --template-file main.bicep
// Deploy in this order: provider/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource clientWeuRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'client-weu-rg'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
}

resource clientNeuRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'client-neu-rg'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
}

module clientWeuRgResources 'client-weu-rg.bicep' = {
  name: 'client-weu-rg'
  scope: clientWeuRg
}

module clientNeuRgResources 'client-neu-rg.bicep' = {
  name: 'client-neu-rg'
  scope: clientNeuRg
}
