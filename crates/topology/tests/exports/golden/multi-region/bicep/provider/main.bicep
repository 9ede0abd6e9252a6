// multi-region, written by linkspan export.
// privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
// privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
// privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
// privateEndpoints/pe-neu asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location westeurope --template-file main.bicep
// Deploy in this order: provider/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource ordersWeuRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'orders-weu-rg'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
}

resource ordersNeuRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'orders-neu-rg'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
}

module ordersNeuRgResources 'orders-neu-rg.bicep' = {
  name: 'orders-neu-rg'
  scope: ordersNeuRg
}

module ordersWeuRgResources 'orders-weu-rg.bicep' = {
  name: 'orders-weu-rg'
  scope: ordersWeuRg
}
